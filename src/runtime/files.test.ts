import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EXIT } from '../errors.ts'
import { files } from './files.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-files-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const at = (name: string) => join(folder, name)
const never = new AbortController().signal
const withStdin = (text: string | readonly string[]) =>
  files(() => Readable.from([text].flat().map(Buffer.from)), never)
const { read, lines } = files(() => Readable.from([]), never)
const all = async (reading: AsyncIterable<string>) => {
  const found: string[] = []
  for await (const line of reading) found.push(line)
  return found
}

describe('reading a file', () => {
  it.each([
    ['as it is', 'a\nb\n', 'a\nb\n'],
    ['without a byte order mark', '\ufeffa', 'a'],
    ['when it is empty', '', ''],
  ])('returns its text %s', async (_, text, expected) => {
    await writeFile(at('f'), text)
    expect(await read(at('f'))).toBe(expected)
  })

  it('joins the bytes of a character that was split', async () => {
    const [first, ...rest] = Buffer.from('é')
    const stdin = Readable.from([Buffer.from([first ?? 0]), Buffer.from(rest)])
    expect(await files(() => stdin, never).read('-')).toBe('é')
  })

  it.each([
    ['is not there', () => at('nope'), 'no such file'],
    ['is a folder', () => folder, 'it is a folder'],
  ])('that %s is a usage error', async (_, path, why) => {
    await expect(read(path())).rejects.toMatchObject({
      code: 'not-readable',
      exitCode: EXIT.usage,
      message: expect.stringContaining(why),
    })
    await expect(all(lines(path()))).rejects.toMatchObject({ code: 'not-readable' })
  })

  it.each([
    [2 * 1024 * 1024, '2 MB'],
    [1024, '1 KB'],
  ])('that is larger than %i bytes is refused', async (maxBytes, said) => {
    await writeFile(at('f'), Buffer.alloc(maxBytes + 1))
    await expect(read(at('f'), { maxBytes })).rejects.toMatchObject({
      code: 'too-large',
      exitCode: EXIT.usage,
      message: expect.stringContaining(said),
    })
  })

  it('opens a pipe only once', async () => {
    execFileSync('/usr/bin/mkfifo', [at('pipe')])
    const [text] = await Promise.all([read(at('pipe')), writeFile(at('pipe'), 'secret')])
    expect(text).toBe('secret')
  })
})

describe('text in UTF-16 with a byte order mark (PowerShell)', () => {
  const littleEndian = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')
  const text = 'é one\r\ntwo ਊ\n'
  it.each([
    ['little-endian', littleEndian(text)],
    ['big-endian', littleEndian(text).swap16()],
  ])('is decoded: %s', async (_, bytes) => {
    await writeFile(at('f'), bytes)
    expect(await read(at('f'))).toBe(text)
    expect(await all(lines(at('f')))).toEqual(['é one', 'two ਊ'])
    const byByte = () => Readable.from([...bytes].map((byte) => Buffer.from([byte])))
    expect(await files(byByte, never).read('-')).toBe(text)
    expect(await all(files(byByte, never).lines('-'))).toEqual(['é one', 'two ਊ'])
  })

  it('is not confused with text of one byte', async () => {
    expect(await all(withStdin('a').lines('-'))).toEqual(['a'])
    expect(await all(withStdin(['', 'a', '', 'b\n']).lines('-'))).toEqual(['ab'])
  })
})

describe('stdin', () => {
  it('is `-`', async () => {
    expect(await withStdin('hunter2\n').read('-')).toBe('hunter2\n')
    expect(await all(withStdin('a\nb').lines('-'))).toEqual(['a', 'b'])
  })

  it('has one reader; a second one is a usage error', async () => {
    const { read, lines } = withStdin('x')
    await read('-')
    await expect(read('-')).rejects.toMatchObject({ code: 'stdin-twice', exitCode: EXIT.usage })
    await expect(all(lines('-'))).rejects.toMatchObject({ code: 'stdin-twice' })
  })

  it('is read only up to the limit', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(100_000)
      })(),
    )
    await expect(files(() => endless, never).read('-', { maxBytes: 1024 * 1024 })).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('stdin'),
    })
  })

  it('is not opened if it is not read', async () => {
    const { read } = files(() => expect.unreachable(), never)
    await writeFile(at('f'), 'x')
    expect(await read(at('f'))).toBe('x')
  })

  it.each(['read', 'lines'] as const)('is released after an interruption (%s)', async (how) => {
    const controller = new AbortController()
    const someone = files(() => new PassThrough(), controller.signal)
    const reading = how === 'read' ? someone.read('-') : all(someone.lines('-'))
    const interrupted = expect(reading).rejects.toBeDefined()
    setTimeout(() => controller.abort('SIGINT'), 10)
    await interrupted
  })
})

describe('lines', () => {
  it('of a large file are complete, also across chunks', async () => {
    const long = Array.from({ length: 30_000 }, (_, i) => `${i} ${'é'.repeat(i % 60)}`)
    await writeFile(at('f'), long.join('\n'))
    expect(await all(lines(at('f')))).toEqual(long)
  })

  it.each([
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb', ['a', 'b']],
    ['\ufeffa\nb', ['a', 'b']],
    ['\n\na', ['', '', 'a']],
    ['', []],
  ])('of %j', async (text, expected) => {
    await writeFile(at('f'), text)
    expect(await all(lines(at('f')))).toEqual(expected)
    expect(await all(withStdin(text).lines('-'))).toEqual(expected)
  })
})
