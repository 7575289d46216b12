import { chmod, lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderOfTest } from '../../../test/support/folder.ts'
import { readPrivate, removePrivate, writePrivate } from './private-file.ts'

const modeOf = async (path: string) => ((await lstat(path)).mode & 0o777).toString(8)

/** A private file as kc-logout writes it. */
async function written(text = 'secret') {
  const folder = join(await folderOfTest(), 'secrets')
  const path = join(folder, 'prod.json')
  await writePrivate(path, text)
  return { folder, path }
}

describe('a private file', () => {
  test.each([0o000, 0o022, 0o077])(
    'has mode 0600 in a folder with mode 0700, with umask %i',
    async (mask) => {
      const before = process.umask(mask)
      try {
        const { folder, path } = await written()
        expect([await modeOf(path), await modeOf(folder)]).toEqual(['600', '700'])
        expect(await readPrivate(path)).toBe('secret')
      } finally {
        process.umask(before)
      }
    },
  )

  test('is replaced atomically and leaves no temporary file', async () => {
    const { folder, path } = await written()
    await Promise.all(Array.from({ length: 20 }, (_, i) => writePrivate(path, String(i).repeat(5000))))
    const text = (await readPrivate(path)) ?? ''
    expect(new Set(text.match(/\d{1,2}/g)?.map((n) => n[0])).size).toBeLessThanOrEqual(2)
    expect(text.length % 5000).toBe(0)
    expect(await readdir(folder)).toEqual(['prod.json'])
  })

  test('is undefined if it or its folder is missing', async () => {
    const folder = await folderOfTest()
    await chmod(folder, 0o700)
    expect(await readPrivate(join(folder, 'x.json'))).toBeUndefined()
    expect(await readPrivate(join(folder, 'gone', 'x.json'))).toBeUndefined()
    await expect(removePrivate(join(folder, 'x.json'))).resolves.toBeUndefined()
  })

  test('writing takes access to the folder from others', async () => {
    const { folder, path } = await written()
    await chmod(folder, 0o755)
    await writePrivate(path, 'again')
    expect(await modeOf(folder)).toBe('700')
  })

  test('reports a path that cannot be written', async () => {
    const folder = await folderOfTest()
    await writeFile(join(folder, 'a-file'), '')
    await expect(writePrivate(join(folder, 'a-file', 'x.json'), 's')).rejects.toMatchObject({
      code: 'not-written',
      hint: expect.stringContaining('KC_LOGOUT_CONFIG_DIR'),
    })
  })
})

describe('refused with exit 4 and a hint:', () => {
  const refusal = (message: RegExp) => ({
    code: 'unsafe-secret-file',
    exitCode: 4,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/./),
  })

  test.each([0o640, 0o604, 0o660, 0o644, 0o610])('a file of mode %i', async (mode) => {
    const { path } = await written()
    await chmod(path, mode)
    await expect(readPrivate(path)).rejects.toMatchObject(refusal(/is readable by others \(mode 6/))
  })

  test('a symbolic link to the file, for reading and writing', async () => {
    const { folder, path } = await written()
    const link = join(folder, 'link.json')
    await symlink(path, link)
    await expect(readPrivate(link)).rejects.toMatchObject(refusal(/is a symbolic link/))
    await expect(writePrivate(link, 'x')).rejects.toMatchObject(refusal(/not a regular file/))
    expect(await readPrivate(path)).toBe('secret')
  })

  test('a symbolic link to the folder', async () => {
    const { folder } = await written()
    const link = `${folder}-link`
    await symlink(folder, link)
    await expect(readPrivate(join(link, 'prod.json'))).rejects.toMatchObject(refusal(/is a link/))
    await expect(writePrivate(join(link, 'prod.json'), 'x')).rejects.toMatchObject(refusal(/is a link/))
  })

  test('a folder that others can write to', async () => {
    const { folder, path } = await written()
    await chmod(folder, 0o770)
    await expect(readPrivate(path)).rejects.toMatchObject(refusal(/is writable by others/))
  })

  test('a folder at the path of the file', async () => {
    const { folder } = await written()
    await mkdir(join(folder, 'x.json'), { mode: 0o700 })
    await expect(readPrivate(join(folder, 'x.json'))).rejects.toMatchObject(refusal(/not a regular file/))
  })

  test('a file that is too large', async () => {
    const { path } = await written('x'.repeat(300_000))
    await expect(readPrivate(path)).rejects.toMatchObject(refusal(/larger/))
  })
})
