import { expect, it } from 'vitest'
import type { ExitCode } from '../../errors.ts'
import { exitCodeOfRealms, type RealmsVerdict, verdictOfRealms } from './combine.ts'

it.each([
  [[0, 0], 0],
  [[5, 5], 5],
  [[7, 0], 7],
  [[0, 5], 3],
  [[7, 6], 3],
  [[3, 0], 3],
  [[4, 5], 1],
  [[1, 3], 3],
  [[0, 130, 5], 130],
] satisfies [ExitCode[], ExitCode][])('exit codes %j: %i', (codes, expected) => {
  expect(exitCodeOfRealms(codes)).toBe(expected)
})

it.each([
  [['done', 'nothing-to-do'], 'done'],
  [['failed', 'failed'], 'failed'],
  [['failed', 'planned'], 'partial'],
  [['pass', 'fail'], 'fail'],
  [['unchanged', 'drift'], 'drift'],
  [['done', 'partial'], 'partial'],
] satisfies [RealmsVerdict[], RealmsVerdict][])('verdicts %j: %s', (verdicts, expected) => {
  expect(verdictOfRealms(verdicts)).toBe(expected)
})
