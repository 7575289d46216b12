import { expect, test } from 'vitest'
import { sparingly } from './sparingly.ts'

test.each([
  ['quick: ten times a second', 0, 100],
  ['slow: a twentieth of the time', 50, 1000],
])('%s', (_, takes, waits) => {
  let time = 0
  let computed = 0
  const value = sparingly(
    () => {
      time += takes
      return ++computed
    },
    () => time,
  )
  expect([value(), value()]).toEqual([1, 1])
  time += waits - 1
  expect(value()).toBe(1)
  time += 1
  expect(value()).toBe(2)
})
