import { describe, expect, it } from 'vitest'
import { timelineRecorder } from './timeline.ts'

const clients = (...sessions: number[]) =>
  sessions.map((count, index) => ({ id: `id-${index}`, clientId: `client-${index}`, sessions: count }))
const BEGAN = Date.UTC(2026, 10, 21)
const recorderOf = (...sessions: number[]) => timelineRecorder(clients(...sessions), BEGAN)
const samplesOf = (recorder: ReturnType<typeof recorderOf>, end: number) =>
  recorder.timeline(end).samples.map(({ at, left }) => [at, ...left])

describe('the timeline of a run', () => {
  it('has the numbers left at each client over time and at the end', () => {
    const recorder = recorderOf(3, 2)
    recorder.sessionEnded(100, ['id-0'])
    recorder.sessionEnded(200, ['id-0', 'id-1'])
    recorder.sessionEnded(900, ['id-1'])
    expect(samplesOf(recorder, 1000)).toEqual([
      [0, 3, 2],
      [100, 2, 2],
      [200, 1, 1],
      [900, 1, 0],
      [1000, 1, 0],
    ])
    expect(recorder.timeline(1000).began).toBe('2026-11-21T00:00:00.000Z')
  })

  it('keeps a number until the time of its change, also over a long gap', () => {
    const recorder = recorderOf(3)
    recorder.sessionEnded(1, ['id-0'])
    recorder.sessionEnded(2, ['id-0'])
    recorder.sessionEnded(60_000, ['id-0'])
    expect(samplesOf(recorder, 60_000)).toEqual([
      [0, 3],
      [2, 1],
      [60_000, 0],
    ])
  })

  it('replaces counted numbers by numbers that were read', () => {
    const recorder = recorderOf(5, 5)
    recorder.sessionEnded(100, ['id-0'])
    recorder.setRemaining(200, new Map([['id-1', 2]]))
    expect(samplesOf(recorder, 300)).toEqual([
      [0, 5, 5],
      [100, 4, 5],
      [200, 0, 2],
      [300, 0, 2],
    ])
  })

  it('keeps changes with the same time', () => {
    const recorder = recorderOf(3)
    recorder.sessionEnded(0, ['id-0'])
    recorder.setRemaining(0, new Map([['id-0', 1]]))
    expect(samplesOf(recorder, 0).at(-1)).toEqual([0, 1])
  })

  it('never counts below zero and ignores unknown clients: users sign in during the run', () => {
    const recorder = recorderOf(1)
    for (const at of [100, 200, 300]) recorder.sessionEnded(at, ['id-0', 'new'])
    expect(recorder.timeline(400).samples.at(-1)?.left).toEqual([0])
  })

  it.each([
    [1, ['client-0']],
    [6, ['client-0', 'client-1', 'client-2', 'client-3', 'client-4', 'client-5']],
    [7, ['client-0', 'client-1', 'client-2', 'client-3', 'client-4', 'client-5', 'client-6']],
    [9, ['client-0', 'client-1', 'client-2', 'client-3', 'client-4', 'client-5', null]],
  ])('of %i clients names the largest and groups the others', (count, named) => {
    const sessions = Array.from({ length: count }, (_, index) => 100 - index)
    const { series, samples } = recorderOf(...sessions).timeline(0)
    expect(series.map(({ clientId }) => clientId)).toEqual(named)
    expect(series.reduce((sum, one) => sum + one.clients, 0)).toBe(count)
    expect(samples[0]?.left.reduce((sum, left) => sum + left, 0)).toBe(
      sessions.reduce((sum, one) => sum + one, 0),
    )
  })

  it('keeps at most 242 evenly spaced samples of 100,000 sessions, the first and the last included', () => {
    const recorder = recorderOf(100_000)
    for (let ended = 1; ended <= 100_000; ended++) recorder.sessionEnded(ended * 3, ['id-0'])
    const { samples } = recorder.timeline(300_000)
    expect(samples.length).toBeGreaterThan(100)
    expect(samples.length).toBeLessThanOrEqual(242)
    expect(samples[0]).toEqual({ at: 0, left: [100_000] })
    expect(samples.at(-1)).toEqual({ at: 300_000, left: [0] })
    for (const { at, left } of samples) expect(left).toEqual([100_000 - at / 3])
    const gaps = samples.slice(1).map(({ at }, index) => at - (samples[index]?.at ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(300_000 / 60)
  })

  it('marks only the first failure, and counts marks beyond the limit', () => {
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

  it('without clients is empty', () => {
    expect(recorderOf().timeline(5).series).toEqual([])
  })
})
