import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { EXIT, UserError } from '../errors.ts'
import { duration, formatDateTime, formatNumber, pluralize } from '../util/format.ts'
import { plain } from './palette.ts'
import { printer, reportError, type Sink } from './printer.ts'
import type { View } from './text.ts'

let out: string
let err: string
let drains: number
beforeEach(() => {
  out = ''
  err = ''
  drains = 0
})
const sink = (write: (text: string) => void): Sink => ({
  palette: plain,
  screen: { columns: 72 },
  write,
  drained: async () => void drains++,
})
const sinks = () => ({
  out: sink((text) => {
    out += text
  }),
  err: sink((text) => {
    err += text
  }),
})
const progress = () => {
  throw new Error('no progress here')
}
const print = ({ json = false, quiet = false } = {}) =>
  printer({
    ...sinks(),
    json,
    quiet,
    progress,
  })

const DOCUMENT = { name: 'a\u001bb', list: ['x'] }
const view: View<typeof DOCUMENT> = ({ name }, { columns }) => [`${name} at ${columns}`]

describe('a result', () => {
  it('is printed to stdout as its view', () => {
    print().result(DOCUMENT, view)
    expect([out, err]).toEqual(['a\\u001bb at 72\n', ''])
  })

  it('with --json is one document with schemaVersion, without a view', () => {
    print({ json: true }).result(DOCUMENT, view)
    expect(out).toBe('{\n  "schemaVersion": 1,\n  "name": "a\\u001bb",\n  "list": [\n    "x"\n  ]\n}\n')
  })

  it('of many is one line with --json, and waits for a slow reader', async () => {
    const { item } = print({ json: true })
    await item(DOCUMENT, view)
    await item({ name: 'c', list: [] }, view)
    expect(out).toBe(
      '{"schemaVersion":1,"name":"a\\u001bb","list":["x"]}\n{"schemaVersion":1,"name":"c","list":[]}\n',
    )
    expect(drains).toBe(2)
  })

  it('that is raw text is printed unchanged', () => {
    print({ json: true }).raw('complete -F x\n')
    expect(out).toBe('complete -F x\n')
  })
})

describe('a list', () => {
  const line: View<{ value: number }> = ({ value }) => [`${value}`]
  const end: View<{ total: number }> = ({ total }) => [`${total} in all`]

  /** Prints the items and returns what was on stdout after each write. */
  async function printed(items: AsyncIterable<{ value: number }>): Promise<string[]> {
    const writes: string[] = []
    const list = printer({
      out: sink((text) => writes.push(text)),
      err: sink(() => undefined),
      json: false,
      quiet: false,
      progress: () => {
        throw new Error('no progress here')
      },
    }).list('items', items, line, () => ({ total: 3 }), end)
    await list.catch((error: Error) => writes.push(error.message))
    return writes
  }

  it('is written many lines at once', async () => {
    const items = async function* () {
      yield* [{ value: 1 }, { value: 2 }, { value: 3 }]
    }
    expect(await printed(items())).toEqual(['1\n2\n3\n', '3 in all\n'])
  })

  it('shows a line without waiting for the next one', async () => {
    const items = async function* () {
      yield { value: 1 }
      await sleep(100)
      yield { value: 2 }
    }
    expect(await printed(items())).toEqual(['1\n', '2\n', '3 in all\n'])
  })

  it('keeps the lines before an error', async () => {
    const items = async function* () {
      yield { value: 1 }
      throw new Error('no more')
    }
    expect(await printed(items())).toEqual(['1\n', 'no more'])
  })
})

describe('notes, warnings and plans', () => {
  it('are printed to stderr', () => {
    const { plan, note, warn } = print()
    plan(DOCUMENT, view)
    note('a note')
    warn(['a ', 'warning'])
    expect([out, err]).toEqual(['', 'a\\u001bb at 72\na note\nwarning: a warning\n'])
  })

  it('warnings break at words on a terminal', () => {
    const { err: terminal } = sinks()
    const toTerminal = printer({
      ...sinks(),
      err: { ...terminal, wraps: true },
      json: false,
      quiet: false,
      progress,
    })
    toTerminal.warn(`${'word '.repeat(20)}end`)
    expect(err.split('\n').filter((line) => line.length > 72)).toEqual([])
    expect(err).toMatch(/^warning: word .*\n {9}word .*end\n$/)
  })

  it('with -q are only plans and warnings', () => {
    const { plan, note, warn } = print({ quiet: true })
    plan(DOCUMENT, view)
    note('a note')
    warn('a warning')
    expect(err).toBe('a\\u001bb at 72\nwarning: a warning\n')
  })
})

describe('an error', () => {
  const error = new UserError('user-not-found', 'No user "\u202eeve".', {
    exitCode: EXIT.notFound,
    hint: 'Look for another.',
  })

  it('is two lines on stderr: message and hint', () => {
    reportError(error, { ...sinks(), json: false })
    expect([out, err]).toEqual(['', 'error: No user "\\u202eeve".\nhint:  Look for another.\n'])
  })

  it('breaks at words on a terminal', () => {
    const long = new UserError('x', 'It failed.', { hint: `${'word '.repeat(20)}end` })
    reportError(long, { ...sinks(), err: { ...sinks().err, wraps: true }, json: false })
    expect(err.split('\n').filter((line) => line.length > 72)).toEqual([])
    expect(err).toMatch(/^error: It failed\.\nhint: {2}word .*\n {7}word .*end\n$/)
  })

  it('is one line without a hint', () => {
    reportError(new UserError('x', 'It failed.'), { ...sinks(), json: false })
    expect(err).toBe('error: It failed.\n')
  })

  it('with --json is the documented object on stdout', () => {
    reportError(error, { ...sinks(), json: true })
    expect(err).toBe('')
    expect(out).not.toContain('\u202e')
    expect(JSON.parse(out)).toEqual({
      schemaVersion: 1,
      error: {
        code: 'user-not-found',
        message: 'No user "\u202eeve".',
        hint: 'Look for another.',
        exitCode: 5,
      },
    })
  })

  it('with --json has the hint null if there is none', () => {
    reportError(new UserError('x', 'It failed.'), { ...sinks(), json: true })
    expect(JSON.parse(out).error).toEqual({ code: 'x', message: 'It failed.', hint: null, exitCode: 1 })
  })
})

describe('numbers and times as text', () => {
  it.each([
    [0, '0 s'],
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [60, '1 min'],
    [200, '3 min 20 s'],
    [3599, '59 min 59 s'],
    [3600, '1 h'],
    [7500, '2 h 5 min'],
    [86_400, '1 d'],
    [273_600, '3 d 4 h'],
    [-5, '0 s'],
  ])('%f seconds: %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words)
  })

  it('have a unit in singular or plural', () => {
    expect([
      pluralize(1, 'session'),
      pluralize(0, 'session'),
      pluralize(1234, 'person', 'people'),
      formatNumber(1e6),
    ]).toEqual(['1 session', '0 sessions', '1,234 people', '1,000,000'])
  })

  it('are in UTC', () => {
    expect(formatDateTime(Date.UTC(2026, 10, 21, 5, 40, 12, 345))).toBe('2026-11-21 05:40:12 UTC')
  })
})
