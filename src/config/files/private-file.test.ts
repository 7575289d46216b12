import { chmod, lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderOfTest } from '../../../test/support/folder.ts'
import { readPrivate, removePrivate, writePrivate } from './private-file.ts'

const modeOf = async (path: string) => ((await lstat(path)).mode & 0o777).toString(8)

/** A private file as this program writes it. */
async function written(text = 'secret') {
  const folder = join(await folderOfTest(), 'secrets')
  const path = join(folder, 'prod.json')
  await writePrivate(path, text)
  return { folder, path }
}

describe('a private file', () => {
  test.each([0o000, 0o022, 0o077])('is 0600 in a folder of 0700, with the umask %i', async (mask) => {
    const before = process.umask(mask)
    try {
      const { folder, path } = await written()
      expect([await modeOf(path), await modeOf(folder)]).toEqual(['600', '700'])
      expect(await readPrivate(path)).toBe('secret')
    } finally {
      process.umask(before)
    }
  })

  test('is replaced as a whole, and leaves nothing beside it', async () => {
    const { folder, path } = await written()
    await Promise.all(Array.from({ length: 20 }, (_, i) => writePrivate(path, String(i).repeat(5000))))
    const text = (await readPrivate(path)) ?? ''
    expect(new Set(text.match(/\d{1,2}/g)?.map((n) => n[0])).size).toBeLessThanOrEqual(2)
    expect(text.length % 5000).toBe(0)
    expect(await readdir(folder)).toEqual(['prod.json'])
  })

  test('that is not there is undefined, and so is one whose folder is not there', async () => {
    const folder = await folderOfTest()
    await chmod(folder, 0o700)
    expect(await readPrivate(join(folder, 'x.json'))).toBeUndefined()
    expect(await readPrivate(join(folder, 'gone', 'x.json'))).toBeUndefined()
    await expect(removePrivate(join(folder, 'x.json'))).resolves.toBeUndefined()
  })

  test('a folder that others could enter is closed when something is written into it', async () => {
    const { folder, path } = await written()
    await chmod(folder, 0o755)
    await writePrivate(path, 'again')
    expect(await modeOf(folder)).toBe('700')
  })

  test('a place that cannot be written says so', async () => {
    const folder = await folderOfTest()
    await writeFile(join(folder, 'a-file'), '')
    await expect(writePrivate(join(folder, 'a-file', 'x.json'), 's')).rejects.toMatchObject({
      code: 'not-written',
      hint: expect.stringContaining('KC_LOGOUT_CONFIG_DIR'),
    })
  })
})

describe('is refused, exit 4, with what to do', () => {
  const refusal = (message: RegExp) => ({
    code: 'unsafe-secret-file',
    exitCode: 4,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/./),
  })

  test.each([0o640, 0o604, 0o660, 0o644, 0o610])('a file of mode %i', async (mode) => {
    const { path } = await written()
    await chmod(path, mode)
    await expect(readPrivate(path)).rejects.toMatchObject(refusal(/may be read by others \(mode 6/))
  })

  test('a symbolic link in the place of the file, to read and to write', async () => {
    const { folder, path } = await written()
    const link = join(folder, 'link.json')
    await symlink(path, link)
    await expect(readPrivate(link)).rejects.toMatchObject(refusal(/is a symbolic link/))
    await expect(writePrivate(link, 'x')).rejects.toMatchObject(refusal(/no ordinary file/))
    expect(await readPrivate(path)).toBe('secret')
  })

  test('a symbolic link in the place of the folder', async () => {
    const { folder } = await written()
    const link = `${folder}-link`
    await symlink(folder, link)
    await expect(readPrivate(join(link, 'prod.json'))).rejects.toMatchObject(refusal(/is a link/))
    await expect(writePrivate(join(link, 'prod.json'), 'x')).rejects.toMatchObject(refusal(/is a link/))
  })

  test('a folder into which others may write', async () => {
    const { folder, path } = await written()
    await chmod(folder, 0o770)
    await expect(readPrivate(path)).rejects.toMatchObject(refusal(/may be written by others/))
  })

  test('a folder in the place of the file', async () => {
    const { folder } = await written()
    await mkdir(join(folder, 'x.json'), { mode: 0o700 })
    await expect(readPrivate(join(folder, 'x.json'))).rejects.toMatchObject(refusal(/no ordinary file/))
  })

  test('a file larger than any that is written', async () => {
    const { path } = await written('x'.repeat(300_000))
    await expect(readPrivate(path)).rejects.toMatchObject(refusal(/larger/))
  })
})
