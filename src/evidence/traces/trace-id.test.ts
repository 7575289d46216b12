import { expect, it } from 'vitest'
import { newTraceId, traceparent } from './trace-id.ts'

it('a trace id has random high bits and the lowest low bits, which every ratio samples', () => {
  expect(newTraceId(() => '0123456789abcdef')).toBe('0123456789abcdef0000000000000001')
})

it('a traceparent has version, trace, parent and the sampled flag', () => {
  expect(traceparent('0123456789abcdef0000000000000001', () => 'fedcba9876543210')).toBe(
    '00-0123456789abcdef0000000000000001-fedcba9876543210-01',
  )
})

it('a parent id is never all zeros', () => {
  expect(traceparent('0123456789abcdef0000000000000001', () => '0'.repeat(16))).toContain(
    '-0000000000000001-01',
  )
})
