import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { folderOfTest } from '../../test/support/folder.ts'
import { EXIT } from '../errors.ts'
import { files } from './files.ts'

let folder: string
const at = (name: string) => join(folder, name)
const { requireFree, write } = files(() => Readable.from([]), new AbortController().signal)
beforeEach(async () => {
  folder = await folderOfTest()
})
const refusal = (code: string) => ({ code, exitCode: EXIT.usage })

describe('a new file', () => {
  it('is written completely, with mode 0600', async () => {
    await write(at('f'), 'one')
    expect(await readFile(at('f'), 'utf8')).toBe('one')
    expect((await stat(at('f'))).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['f'])
  })

  it('replaces an empty file (mktemp)', async () => {
    await writeFile(at('f'), '')
    await requireFree(at('f'))
    await write(at('f'), 'one')
    expect(await readFile(at('f'), 'utf8')).toBe('one')
    expect((await stat(at('f'))).mode & 0o777).toBe(0o600)
  })

  it('never replaces a file with content, even one that appeared in the meantime', async () => {
    await requireFree(at('f'))
    await writeFile(at('f'), 'mine')
    await expect(write(at('f'), 'report')).rejects.toMatchObject({
      code: 'not-written',
      exitCode: EXIT.failed,
      message: expect.stringContaining('a file with this name exists'),
    })
    expect(await readFile(at('f'), 'utf8')).toBe('mine')
    expect(await readdir(folder)).toEqual(['f'])
  })

  it('never follows a link', async () => {
    await writeFile(at('target'), '')
    await symlink(at('target'), at('link'))
    await expect(requireFree(at('link'))).rejects.toMatchObject(refusal('not-writable'))
    await expect(write(at('link'), 'report')).rejects.toMatchObject({ code: 'not-written' })
    expect(await readFile(at('target'), 'utf8')).toBe('')
  })
})

describe('requireFree', () => {
  it('writes a test file and removes it', async () => {
    await requireFree(at('f'))
    expect(await readdir(folder)).toEqual([])
  })

  it.each([
    ['a file that holds something', 'file-there', () => writeFile(at('f'), 'mine'), 'f'],
    ['a folder', 'not-writable', () => mkdir(at('f')), 'f'],
    ['a folder that is not there', 'not-writable', async () => {}, 'nope/f'],
    ['a file in place of the folder', 'not-writable', () => writeFile(at('file'), 'x'), 'file/f'],
    ['a name that is too long', 'not-writable', async () => {}, 'x'.repeat(300)],
  ])('refuses %s', async (_, code, prepare, name) => {
    await prepare()
    const before = await readdir(folder)
    await expect(requireFree(at(name))).rejects.toMatchObject(refusal(code))
    expect(await readdir(folder)).toEqual(before)
  })

  it('refuses a folder where no file can be created, even for root', async () => {
    await expect(requireFree('/proc/report.html')).rejects.toMatchObject(refusal('not-writable'))
  })
})
