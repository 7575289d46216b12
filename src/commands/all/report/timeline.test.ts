import { describe, expect, it } from 'vitest'
import { timelineRecorder } from './timeline.ts'

const clients = (...sessions: number[]) =>
  sessions.map((count, index) => ({ id: `id-${index}`, clientId: `client-${index}`, sessions: count }))
const BEGAN = Date.UTC(2026, 10, 21)
const recorderOf = (...sessions: number[]) => timelineRecorder(clients(...sessions), BEGAN)
const samplesOf = (recorder: ReturnType<typeof recorderOf>, end: number) =>
  recorder.timeline(end).samples.map(({ at, left }) => [at, ...left])

describe('the timeline of an act', () => {
  it('says what was left at each client when, and what was left at the end', () => {
    const recorder = recorderOf(3, 2)
    recorder.ended(100, ['id-0'])
    recorder.ended(200, ['id-0', 'id-1'])
    recorder.ended(900, ['id-1'])
    expect(samplesOf(recorder, 1000)).toEqual([
      [0, 3, 2],
      [100, 2, 2],
      [200, 1, 1],
      [900, 1, 0],
      [1000, 1, 0],
    ])
    expect(recorder.timeline(1000).began).toBe('2026-11-21T00:00:00.000Z')
  })

  it('holds what was so until the moment at which it changed, however long nothing happened', () => {
    const recorder = recorderOf(3)
    recorder.ended(1, ['id-0'])
    recorder.ended(2, ['id-0'])
    recorder.ended(60_000, ['id-0'])
    expect(samplesOf(recorder, 60_000)).toEqual([
      [0, 3],
      [2, 1],
      [60_000, 0],
    ])
  })

  it('takes what was seen in place of what was counted', () => {
    const recorder = recorderOf(5, 5)
    recorder.ended(100, ['id-0'])
    recorder.looked(200, new Map([['id-1', 2]]))
    expect(samplesOf(recorder, 300)).toEqual([
      [0, 5, 5],
      [100, 4, 5],
      [200, 0, 2],
      [300, 0, 2],
    ])
  })

  it('keeps what happened within one moment', () => {
    const recorder = recorderOf(3)
    recorder.ended(0, ['id-0'])
    recorder.looked(0, new Map([['id-0', 1]]))
    expect(samplesOf(recorder, 0).at(-1)).toEqual([0, 1])
  })

  it('never counts below zero, nor a client that it does not know: people sign in meanwhile', () => {
    const recorder = recorderOf(1)
    for (const at of [100, 200, 300]) recorder.ended(at, ['id-0', 'new'])
    expect(recorder.timeline(400).samples.at(-1)?.left).toEqual([0])
  })

  it.each([
    [1, ['client-0']],
    [6, ['client-0', 'client-1', 'client-2', 'client-3', 'client-4', 'client-5']],
    [7, ['client-0', 'client-1', 'client-2', 'client-3', 'client-4', 'client-5', 'client-6']],
    [9, ['client-0', 'client-1', 'client-2', 'client-3', 'client-4', 'client-5', null]],
  ])('of %i clients names the largest, and the others together', (count, named) => {
    const sessions = Array.from({ length: count }, (_, index) => 100 - index)
    const { series, samples } = recorderOf(...sessions).timeline(0)
    expect(series.map(({ clientId }) => clientId)).toEqual(named)
    expect(series.reduce((sum, one) => sum + one.clients, 0)).toBe(count)
    expect(samples[0]?.left.reduce((sum, left) => sum + left, 0)).toBe(
      sessions.reduce((sum, one) => sum + one, 0),
    )
  })

  it('keeps at most 242 samples of 100,000 sessions, the first, the last and even ones in between', () => {
    const recorder = recorderOf(100_000)
    for (let ended = 1; ended <= 100_000; ended++) recorder.ended(ended * 3, ['id-0'])
    const { samples } = recorder.timeline(300_000)
    expect(samples.length).toBeGreaterThan(100)
    expect(samples.length).toBeLessThanOrEqual(242)
    expect(samples[0]).toEqual({ at: 0, left: [100_000] })
    expect(samples.at(-1)).toEqual({ at: 300_000, left: [0] })
    for (const { at, left } of samples) expect(left).toEqual([100_000 - at / 3])
    const gaps = samples.slice(1).map(({ at }, index) => at - (samples[index]?.at ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(300_000 / 60)
  })

  it('marks the first failure alone, and counts the marks that find no room', () => {
    const recorder = recorderOf(1)
    recorder.mark(1, 'failure', 'server-error')
    recorder.mark(2, 'failure', 'server-error')
    for (let at = 3; at < 103; at++) recorder.mark(at, 'pause', '1')
    const { marks, marksLeftOut } = recorder.timeline(200)
    expect(marks.slice(0, 2)).toEqual([
      { at: 1, what: 'failure', detail: 'server-error' },
      { at: 3, what: 'pause', detail: '1' },
    ])
    expect(marks.length + marksLeftOut).toBe(101)
    expect(marks.length).toBe(40)
  })

  it('of nobody is empty', () => {
    expect(recorderOf().timeline(5).series).toEqual([])
  })
})
