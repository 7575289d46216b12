import { appendFile, copyFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
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
async function all(batches: AsyncIterable<readonly string[]>): Promise<string[]> {
  const lines: string[] = []
  for await (const batch of batches) lines.push(...batch)
  return lines
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
    expect(await all(files(nothing, signal).logLines(log, { follow: false }))).toEqual(lines)
  })

  test('a character that is cut in two by the chunks of a pipe', async () => {
    const bytes = Buffer.from('Zoë\nZoë')
    const pipe = Readable.from([bytes.subarray(0, 3), bytes.subarray(3, 6), bytes.subarray(6)])
    expect(
      await all(files(() => pipe, new AbortController().signal).logLines('-', { follow: false })),
    ).toEqual(['Zoë', 'Zoë'])
  })

  test('a line that never ends is cut, and the next one is whole', async () => {
    await writeFile(log, `${'x'.repeat(3_000_000)}\nnext\n`)
    const lines = await all(files(nothing, new AbortController().signal).logLines(log, { follow: false }))
    expect(lines.map((line) => line.length)).toEqual([256 * 1024, 4])
  })

  test('a file that is not there is wrong usage', async () => {
    await expect(
      all(files(nothing, new AbortController().signal).logLines(log, { follow: false })),
    ).rejects.toMatchObject({ exitCode: 2 })
  })
})

describe('a log that grows', () => {
  /** Follows until `count` lines came; `then` runs after each line. */
  async function follow(count: number, then: (seen: readonly string[]) => Promise<void> | undefined) {
    const controller = new AbortController()
    const seen: string[] = []
    for await (const batch of files(nothing, controller.signal).logLines(log, { follow: true })) {
      for (const line of batch) {
        seen.push(line)
        await then(seen)
      }
      if (seen.length >= count) controller.abort('SIGINT')
    }
    return seen
  }

  test('what is appended comes too', async () => {
    await writeFile(log, 'a\n')
    expect(await follow(2, (seen) => (seen.length === 1 ? appendFile(log, 'b\n') : undefined))).toEqual([
      'a',
      'b',
    ])
  })

  test('a rotated file is read to its end, and then the new one', async () => {
    await writeFile(log, 'a\n')
    const seen = await follow(3, async (lines) => {
      if (lines.length > 1) return
      await rename(log, `${log}.1`)
      await appendFile(`${log}.1`, 'late\n')
      await writeFile(log, 'new\n')
    })
    expect(seen).toEqual(['a', 'late', 'new'])
  })

  test('a file that was copied and emptied begins again', async () => {
    await writeFile(log, 'first line\n')
    const seen = await follow(2, async (lines) => {
      if (lines.length > 1) return
      await copyFile(log, `${log}.1`)
      await truncate(log)
      await appendFile(log, 'new\n')
    })
    expect(seen).toEqual(['first line', 'new'])
  })

  test('an empty batch says that nothing came for a moment', async () => {
    await writeFile(log, 'a\n')
    const controller = new AbortController()
    for await (const batch of files(nothing, controller.signal).logLines(log, { follow: true }))
      if (batch.length === 0) controller.abort('SIGINT')
    expect(controller.signal.aborted).toBe(true)
  })

  test('a pipe that stays open ends with Ctrl-C', async () => {
    const pipe = new Readable({ read() {} })
    pipe.push('a\n')
    const controller = new AbortController()
    const seen: string[] = []
    for await (const batch of files(() => pipe, controller.signal).logLines('-', { follow: true })) {
      seen.push(...batch)
      controller.abort('SIGINT')
    }
    expect(seen).toEqual(['a'])
  })
})
