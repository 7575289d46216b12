import { expect, it } from 'vitest'
import type { StandardStreams } from '../runtime/streams.ts'
import { openTerminal } from './create-terminal.ts'

/** A terminal that says that it has so many columns, and what is written to it. */
function terminalOf(columns: number | undefined) {
  let written = ''
  const write = (_: string, text: string) => {
    written += text
  }
  const streams = {
    isTerminal: () => true,
    columns: () => 80,
    write,
    drained: async () => {},
    stdin: {},
    stderr: { columns },
  } as unknown as StandardStreams
  return { streams, written: () => written }
}

it.each([
  [0, 'One line as long as this is no trouble for most terminals.\n'],
  [undefined, 'One line as long as this is no trouble for most terminals.\n'],
  [40, 'One line as long as this is no trouble\n  for most terminals.\n'],
])('a note on a terminal of %s columns', async (columns, expected) => {
  const { streams, written } = terminalOf(columns)
  const { print } = await openTerminal(
    { color: false },
    {
      env: { TERM: 'xterm', LANG: 'C.UTF-8' },
      streams,
      signal: new AbortController().signal,
      onClose: () => {},
    },
  )
  const progress = print.progress()
  progress.note('One line as long as this is no trouble for most terminals.')
  progress.stop()
  expect(written()).toBe(expected)
})
