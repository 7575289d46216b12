import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderOfTest } from '../../../../test/support/folder.ts'
import { findChromium } from './find-chromium.ts'

test('the first of the PATH that can be run, or the one given', async () => {
  const folder = await folderOfTest()
  const path = join(folder, 'chromium')
  await writeFile(path, '#!/bin/sh\n')
  const env = { PATH: `/nowhere::${folder}` }
  await expect(findChromium(path, {})).rejects.toMatchObject({ code: 'browser-missing', exitCode: 2 })
  await chmod(path, 0o755)
  expect(await findChromium(undefined, env)).toBe(path)
  expect(await findChromium(path, {})).toBe(path)
  await expect(findChromium('/nowhere/x', env)).rejects.toMatchObject({
    message: '/nowhere/x is not an executable file.',
    hint: expect.stringContaining('--browser-path FILE'),
  })
})
