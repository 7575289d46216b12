import { describe, expect, it } from 'vitest'
import { timelineChart } from './chart.ts'
import { roundTicks, timeTicks } from './scale.ts'
import type { Timeline } from './timeline.ts'

const TIMELINE: Timeline = {
  began: '2026-11-21T23:59:50.000Z',
  series: [
    { clientId: 'shop', clients: 1 },
    { clientId: null, clients: 3 },
  ],
  samples: [
    { at: 0, left: [60, 40] },
    { at: 10_000, left: [30, 40] },
    { at: 20_000, left: [0, 0] },
  ],
  marks: [
    { at: 0, what: 'phase', detail: 'ending sessions' },
    { at: 19_999, what: 'phase', detail: 'reading sessions' },
    { at: 5_000, what: 'pause', detail: '3' },
    { at: 20_000, what: 'interrupted', detail: 'SIGINT' },
  ],
  marksLeftOut: 0,
}
const svg = timelineChart(TIMELINE)
const all = (pattern: RegExp, text = svg) => [...text.matchAll(pattern)].map(([, found]) => found)

describe('the chart of a run', () => {
  it('has an area for each series: steps from left to right, and back along the series below', () => {
    // From x 66 to 776, and from y 286 (0) up to 48 (100).
    expect(all(/<path class="s\d" d="([^"]*)"/g)).toEqual([
      'M66 143.2H421V214.6H776V286V286V286H421V286H66Z',
      'M66 48H421V119.4H776V286V286V214.6H421V143.2H66Z',
    ])
  })

  it('has an outline that ends at zero', () => {
    expect(all(/<path class="total" d="([^"]*)"/g)).toEqual(['M66 48H421V119.4H776V286'])
  })

  it('has axes with round numbers, elapsed time, and the time of day at both ends', () => {
    const texts = all(/<text class="axis"[^>]*>([^<]*)</g)
    expect(texts).toEqual(expect.arrayContaining(['0', '20', '100', '0 s', '5 s', '20 s']))
    expect(texts.slice(-2)).toEqual(['23:59:50 UTC', '00:00:10 UTC'])
  })

  it('numbers the marks, and names phases that are wide enough', () => {
    expect(all(/<text text-anchor="middle"[^>]*>(\d+)</g)).toEqual(['1', '2'])
    expect(all(/<text class="axis" x="71"[^>]*>([^<]*)</g)).toEqual(['ending sessions'])
    expect(all(/<title>([^<]*)</g)).toEqual(['ending sessions', 'reading sessions'])
  })

  it('stays within its frame', () => {
    const numbers = all(/d="([^"]*)"/g).flatMap((path) => path?.match(/-?[\d.]+/g) ?? [])
    expect(numbers.length).toBeGreaterThan(20)
    for (const number of numbers) expect(Number(number)).toBeLessThanOrEqual(800)
  })

  it('can be drawn from a single sample', () => {
    const one = timelineChart({ ...TIMELINE, samples: [{ at: 0, left: [1, 0] }], marks: [] })
    expect(one).not.toMatch(/NaN|Infinity|undefined/)
  })
})

describe('ticks', () => {
  it.each([
    [0, [0, 1]],
    [1, [0, 1]],
    [7, [0, 2, 4, 6, 8]],
    [100, [0, 20, 40, 60, 80, 100]],
    [123_456, [0, 50_000, 100_000, 150_000]],
  ])('of counts up to %i are round', (most, ticks) => {
    expect(roundTicks(most, 5)).toEqual(ticks)
  })

  it.each([
    [0.3, [0, 0.1, 0.2, 0.3]],
    [5, [0, 1, 2, 3, 4, 5]],
    [100, [0, 15, 30, 45, 60, 75, 90]],
    [1000, [0, 300, 600, 900]],
    [1_000_000, [0, 172_800, 345_600, 518_400, 691_200, 864_000]],
  ])('of %d seconds are usual time steps', (most, ticks) => {
    expect(timeTicks(most, 8).map((tick) => Math.round(tick * 10) / 10)).toEqual(ticks)
  })
})
