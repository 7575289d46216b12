import { appendFile, copyFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { files } from './files.ts'

let folder: string
let log: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-log-'))
  log = join(folder, 'server.log')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const nothing = () => Readable.from([])
/** The lines of chunks, as a reader would split them. */
async function all(chunks: AsyncIterable<string>): Promise<string[]> {
  let text = ''
  for await (const chunk of chunks) text += chunk
  return text.split(/\r?\n/).filter((line, i, lines) => line !== '' || i < lines.length - 1)
}
describe('a log to its end', () => {
  test.each([
    ['lines', 'a\nb\n', ['a', 'b']],
    ['no line break at the end', 'a\nb', ['a', 'b']],
    ['empty lines', '\n\na\n', ['', '', 'a']],
    ['Windows line ends', 'a\r\nb\r\n', ['a', 'b']],
    ['nothing', '', []],
  ])('%s', async (_, text, lines) => {
    await writeFile(log, text)
    const { signal } = new AbortController()
    expect(await all(files(nothing, signal).logText(log, { follow: false }))).toEqual(lines)
  })

  test('a character that is cut in two by the chunks of a pipe', async () => {
    const bytes = Buffer.from('Zoë\nZoë')
    const pipe = Readable.from([bytes.subarray(0, 3), bytes.subarray(3, 6), bytes.subarray(6)])
    expect(
      await all(files(() => pipe, new AbortController().signal).logText('-', { follow: false })),
    ).toEqual(['Zoë', 'Zoë'])
  })

  test('a file larger than a chunk comes in several', async () => {
    await writeFile(log, `${'x'.repeat(3_000_000)}\nnext\n`)
    const chunks: string[] = []
    const { signal } = new AbortController()
    for await (const chunk of files(nothing, signal).logText(log, { follow: false })) chunks.push(chunk)
    expect(chunks.length).toBeGreaterThan(3)
    expect(chunks.join('')).toBe(`${'x'.repeat(3_000_000)}\nnext\n`)
  })

  describe('packed', () => {
    const read = (from: string | Buffer) => {
      const access = files(() => Readable.from([from]), new AbortController().signal)
      return all(access.logText(typeof from === 'string' ? from : '-', { follow: false }))
    }
    test.each(['a file', 'stdin'])('%s in gzip is unpacked', async (where) => {
      const packed = gzipSync('a\nZoë\n')
      await writeFile(log, packed)
      expect(await read(where === 'stdin' ? packed : log)).toEqual(['a', 'Zoë'])
    })

    test('gzip whose first bytes come one by one', async () => {
      const bytes = [...gzipSync('a\nb\n')].map((byte) => Buffer.from([byte]))
      const access = files(() => Readable.from(bytes), new AbortController().signal)
      expect(await all(access.logText('-', { follow: false }))).toEqual(['a', 'b'])
    })

    test('several gzip files in one', async () => {
      expect(await read(Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]))).toEqual(['a', 'b'])
    })

    test('gzip that is cut off: exit 2', async () => {
      await expect(read(gzipSync('a\n'.repeat(1000)).subarray(0, 25))).rejects.toMatchObject({
        code: 'packed-log',
        exitCode: 2,
      })
    })

    test.each([
      ['zip', 'PK\u0003\u0004', 'unzip -p'],
      ['bzip2', 'BZh91AY', 'bzip2 -dc'],
      ['xz', '\u00fd7zXZ\u0000', 'xz -dc'],
      ['zstd', '(\u00b5/\u00fd', 'zstd -dc'],
    ])('%s: exit 2, with the command that unpacks it', async (name, magic, command) => {
      const read2 = read(Buffer.from(`${magic}rest of the file`, 'latin1'))
      await expect(read2).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining(name),
        hint: expect.stringContaining(command),
      })
    })

    test('--follow of a packed log: exit 2', async () => {
      await writeFile(log, gzipSync('a\n'))
      const access = files(nothing, new AbortController().signal)
      await expect(all(access.logText(log, { follow: true }))).rejects.toMatchObject({ exitCode: 2 })
    })
  })

  test('a missing file is a usage error', async () => {
    await expect(
      all(files(nothing, new AbortController().signal).logText(log, { follow: false })),
    ).rejects.toMatchObject({ exitCode: 2 })
  })
})

describe('a log that grows', () => {
  /** Follows until `count` lines came; `then` runs after each line. */
  async function follow(count: number, then: (seen: readonly string[]) => Promise<void> | undefined) {
    const controller = new AbortController()
    const seen: string[] = []
    for await (const chunk of files(nothing, controller.signal).logText(log, { follow: true })) {
      for (const line of chunk.split('\n').filter((text) => text !== '')) {
        seen.push(line)
        await then(seen)
      }
      if (seen.length >= count) controller.abort('SIGINT')
    }
    return seen
  }

  test('appended text is read', async () => {
    await writeFile(log, 'a\n')
    expect(await follow(2, (seen) => (seen.length === 1 ? appendFile(log, 'b\n') : undefined))).toEqual([
      'a',
      'b',
    ])
  })

  test('a rotated file is read to its end, then the new one', async () => {
    await writeFile(log, 'a\n')
    const seen = await follow(3, async (lines) => {
      if (lines.length > 1) return
      await rename(log, `${log}.1`)
      await appendFile(`${log}.1`, 'late\n')
      await writeFile(log, 'new\n')
    })
    expect(seen).toEqual(['a', 'late', 'new'])
  })

  test('a file that was copied and truncated is read from its start', async () => {
    await writeFile(log, 'first line\n')
    const seen = await follow(2, async (lines) => {
      if (lines.length > 1) return
      await copyFile(log, `${log}.1`)
      await truncate(log)
      await appendFile(log, 'new\n')
    })
    expect(seen).toEqual(['first line', 'new'])
  })

  test('an unfinished last line does not continue in the new file', async () => {
    await writeFile(log, 'cut')
    const seen = await follow(2, async (lines) => {
      if (lines.length > 1) return
      await rename(log, `${log}.1`)
      await writeFile(log, 'new\n')
    })
    expect(seen).toEqual(['cut', 'new'])
  })

  test('an empty chunk marks a pause', async () => {
    await writeFile(log, 'a\n')
    const controller = new AbortController()
    for await (const chunk of files(nothing, controller.signal).logText(log, { follow: true }))
      if (chunk === '') controller.abort('SIGINT')
    expect(controller.signal.aborted).toBe(true)
  })

  test('a pipe that stays open ends with Ctrl-C', async () => {
    const pipe = new Readable({ read() {} })
    pipe.push('a\n')
    const controller = new AbortController()
    const seen: string[] = []
    for await (const chunk of files(() => pipe, controller.signal).logText('-', { follow: true })) {
      seen.push(chunk)
      controller.abort('SIGINT')
    }
    expect(seen.join('')).toBe('a\n')
  })
})
