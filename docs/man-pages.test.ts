import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { COMMANDS } from '../src/registry.ts'
import { folderOfTest } from '../test/support/folder.ts'
import { run } from '../test/support/keycloak/tools.ts'
import { skipWithout } from '../test/support/programs.ts'
import { manPages } from './man-pages.ts'

test('there is a page for kc-logout and one for each command, with its options and exit codes', async () => {
  const pages = await manPages()
  const names = ['kc-logout.1', ...COMMANDS.map(({ name }) => `kc-logout-${name}.1`)]
  expect(Object.keys(pages)).toEqual(names)
  expect(pages['kc-logout-user.1']).toContain('.B \\-y, \\-\\-yes\n')
  expect(pages['kc-logout-user.1']).toMatch(/\.SH EXIT\n0 done; /)
  expect(pages['kc-logout.1']).toContain('.B KC_LOGOUT_SERVER\n')
})

test('groff knows every macro and escape of every page', async () => {
  await skipWithout('groff')
  const folder = await folderOfTest()
  for (const [name, text] of Object.entries(await manPages())) {
    const file = join(folder, name)
    await writeFile(file, text)
    const { stdout, stderr } = await run('groff', [
      '-man',
      '-wmac',
      '-wescape',
      '-wreg',
      '-Wbreak',
      '-Tutf8',
      file,
    ])
    expect(stderr, name).toBe('')
    expect(stdout).not.toBe('')
  }
})
