import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { plain } from './palette.ts'
import { progress, progressLine } from './progress.ts'
import { renderLine } from './render.ts'
import { widthOf } from './table.ts'
import { warn } from './text.ts'

const line = (moment: Partial<Parameters<typeof progressLine>[0]>, columns = 80) =>
  renderLine(
    progressLine(
      { name: 'ending sessions', total: 400, done: 100, failed: 0, seconds: 10, ...moment },
      columns,
    ),
    plain,
  )

describe('the progress line', () => {
  it.each<[string, Parameters<typeof line>[0], number | undefined, string]>([
    [
      'a bar, what is done, how fast, how long still',
      {},
      80,
      'ending sessions  ███████░░░░░░░░░░░░░░░░░░░░░░░  100 of 400  10/s  30 s left',
    ],
    [
      'what failed',
      { failed: 3 },
      100,
      'ending sessions  ███████░░░░░░░░░░░░░░░░░░░░░░░  100 of 400  10/s  30 s left  3 failed',
    ],
    ['no bar without a screen', {}, 0, 'ending sessions  100 of 400  10/s  30 s left'],
    ['nothing of what is not known', { total: undefined }, 80, 'ending sessions  100  10/s'],
    [
      'the time of what is not counted',
      { total: undefined, done: 0, seconds: 75 },
      80,
      'ending sessions  1 min 15 s',
    ],
    ['nothing but its name as it begins', { total: undefined, done: 0, seconds: 0 }, 80, 'ending sessions'],
    ['no rate in the first second', { seconds: 0.5 }, 0, 'ending sessions  100 of 400'],
    ['nothing done yet', { done: 0, seconds: 5 }, 0, 'ending sessions  0 of 400'],
    ['a slow rate', { done: 3, seconds: 10 }, 0, 'ending sessions  3 of 400  0.3/s  22 min 3 s left'],
    ['all done', { done: 400, seconds: 40 }, 0, 'ending sessions  400 of 400  10/s'],
    [
      'more done than was known',
      { done: 500, seconds: 50 },
      80,
      'ending sessions  ██████████████████████████████  500 of 400  10/s',
    ],
    [
      'large numbers',
      { total: 100_000, done: 12_345, seconds: 10 },
      0,
      'ending sessions  12,345 of 100,000  1,235/s  1 min 11 s left',
    ],
    ['a total of nothing', { total: 0, done: 0 }, 80, 'ending sessions  0 of 0'],
  ])('%s', (_, moment, columns, words) => {
    expect(line(moment, columns)).toBe(words)
  })

  it.each([20, 30, 40, 50, 60, 70, 80])('fits into %i columns, so that the bar can be redrawn', (columns) => {
    const moment = { total: 100_000, done: 12_345, seconds: 100, failed: 17 }
    expect(widthOf(line(moment, columns))).toBeLessThan(columns)
    expect(line(moment, columns)).toMatch(/^ending sessi/)
  })

  it('keeps done and failed if there is little room', () => {
    expect(line({ failed: 3 }, 45)).toBe('ending sessions  100 of 400  10/s  3 failed')
    expect(line({ failed: 3 }, 40)).toBe('ending sessions  100 of 400  3 failed')
  })
})

let now: number
let written: string
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  now = 0
  written = ''
})
afterEach(() => {
  vi.useRealTimers()
})
/** Time that really passes, timers included. */
const pass = (ms: number) => {
  now += ms
  vi.advanceTimersByTime(ms)
}
const shown = (animated: boolean) =>
  progress({
    palette: plain,
    write: (text) => {
      written += text
    },
    columns: () => 60,
    animated,
    now: () => now,
  })
const taken = () => {
  const text = written
  written = ''
  return text
}

describe('progress in a terminal', () => {
  it('is redrawn in place, at most ten times a second', () => {
    const bar = shown(true)
    bar.phase('ending', 10)
    expect(taken()).toMatch(/^\u001b\[\?25l\r\u001b\[Kending .* 0 of 10$/)
    bar.update(1)
    now = 99
    bar.update(2)
    expect(taken()).toBe('')
    now = 100
    bar.update(3)
    expect(taken()).toContain('3 of 10')
  })

  it('is redrawn after a note', () => {
    const bar = shown(true)
    bar.phase('ending', 10)
    taken()
    bar.note(['the receiver of ', warn('shop'), ' hangs'])
    expect(taken()).toMatch(
      /^\r\u001b\[K\u001b\[\?25hthe receiver of shop hangs\n\u001b\[\?25l\r\u001b\[Kending/,
    )
  })

  it('breaks a long note between words', () => {
    const bar = shown(true)
    bar.note('The receiver of mytenant hangs: its sessions wait in a lane of their own.')
    expect(taken()).toBe('The receiver of mytenant hangs: its sessions wait in a lane\n  of their own.\n')
  })

  it('shows the cursor again when it stops, once', () => {
    const bar = shown(true)
    bar.phase('ending', 10)
    taken()
    bar.stop()
    expect(taken()).toBe('\r\u001b[K\u001b[?25h')
    bar.stop()
    bar.update(5)
    expect(taken()).toBe('')
  })

  it('starts again with a new phase', () => {
    const bar = shown(true)
    bar.phase('reading', 10)
    bar.update(10, 2)
    taken()
    bar.phase('ending', 5)
    expect(taken()).toContain('0 of 5')
  })

  it('escapes a hostile name', () => {
    const bar = shown(true)
    bar.phase('a', 1)
    taken()
    bar.note('x\u001b[2J\ny')
    expect(taken()).toContain('x\\u001b[2J\\u000ay\n')
  })
})

describe('progress without a terminal', () => {
  it('is a plain line every five seconds', () => {
    const bar = shown(false)
    bar.phase('ending', 10)
    now = 4_999
    bar.update(1)
    expect(taken()).toBe('')
    now = 5_000
    bar.update(5)
    expect(taken()).toBe('ending  5 of 10  1.0/s  5 s left\n')
    now = 9_000
    bar.update(6)
    bar.stop()
    expect(taken()).toBe('')
  })

  it('continues while nothing finishes, until it stops', () => {
    const bar = shown(false)
    bar.phase('ending', 10)
    pass(4_999)
    expect(taken()).toBe('')
    pass(1)
    expect(taken()).toBe('ending  0 of 10\n')
    bar.update(2)
    pass(5_000)
    expect(taken()).toBe('ending  2 of 10  0.2/s  40 s left\n')
    bar.phase('looking')
    pass(4_000)
    expect(taken()).toBe('')
    pass(1_000)
    expect(taken()).toBe('looking  5 s\n')
    bar.stop()
    pass(60_000)
    expect(taken()).toBe('')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('prints at most one line in five seconds', () => {
    const bar = shown(false)
    bar.phase('ending', 100)
    for (let n = 1; n <= 20; n++) {
      pass(1_000)
      bar.update(n)
    }
    expect(taken().trimEnd().split('\n').length).toBe(4)
  })

  it('prints notes at once, without control characters', () => {
    const bar = shown(false)
    bar.phase('ending', 10)
    bar.note('it failed')
    now = 20_000
    bar.update(9, 1)
    bar.stop()
    expect(taken()).toBe('it failed\nending  9 of 10  0.5/s  2 s left  1 failed\n')
  })
})
