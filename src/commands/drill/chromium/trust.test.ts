import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { expect, test } from 'vitest'
import { folderOfTest } from '../../../../test/support/folder.ts'
import { authoritiesForChromium } from './trust.ts'

test('nothing to add without a CA file, or with authorities that Node has itself', async () => {
  expect(await authoritiesForChromium(undefined, {})).toBeUndefined()
  expect(await authoritiesForChromium(rootCertificates, {})).toBeUndefined()
})

test.each([
  ['linux', 'Chromium takes --ca-file through certutil, which was not found.', 'libnss3-tools'],
  ['darwin', 'Chromium does not take --ca-file on this system.', 'NODE_EXTRA_CA_CERTS'],
] as const)('%s where it is not possible: exit 2', async (platform, message, hint) => {
  await expect(authoritiesForChromium(['PEM'], { PATH: '/nowhere' }, platform)).rejects.toMatchObject({
    message,
    exitCode: 2,
    hint: expect.stringContaining(hint),
  })
})

test('a certutil that fails leaves no directory', async () => {
  const folder = await folderOfTest()
  await writeFile(join(folder, 'certutil'), `#!/bin/sh\necho "$3" > ${folder}/arguments\nexit 1\n`)
  await chmod(join(folder, 'certutil'), 0o755)
  const create = await authoritiesForChromium(['PEM'], { PATH: folder }, 'linux')
  await expect(create?.()).rejects.toMatchObject({ code: 'browser-ca', exitCode: 1 })
  const database = (await readFile(join(folder, 'arguments'), 'utf8')).trim().replace('sql:', '')
  await expect(stat(join(database, '../..'))).rejects.toMatchObject({ code: 'ENOENT' })
})
