import { expect, test } from 'vitest'
import { sinceTime } from './parse-since.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')

test.each([
  ['30s', '2026-11-21T11:59:30.000Z'],
  ['45m', '2026-11-21T11:15:00.000Z'],
  ['2h', '2026-11-21T10:00:00.000Z'],
  ['7d', '2026-11-14T12:00:00.000Z'],
  ['2026-11-20', '2026-11-20T00:00:00.000Z'],
  ['2026-11-20T08:00', '2026-11-20T08:00:00.000Z'],
  ['2026-11-20 08:00:30', '2026-11-20T08:00:30.000Z'],
  ['2026-11-20T08:00+02:00', '2026-11-20T06:00:00.000Z'],
])('%s began at %s', (text, expected) => {
  expect(new Date(sinceTime(text, NOW) ?? 0).toISOString()).toBe(expected)
})

test.each([
  ...['', '2', 'h', '2w', '-2h', '2 h', 'yesterday', '2026-13-01', '2026-11-22', '1e3h', '99999999d'],
  ...['2026-02-31', '2025-02-29T08:00', '2026-09-31 08:00Z'],
])('"%s" is not a valid time in the past', (text) => {
  expect(sinceTime(text, NOW)).toBeUndefined()
})
