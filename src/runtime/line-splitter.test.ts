import { expect, it } from 'vitest'
import { LineSplitter } from './line-splitter.ts'

it('cuts a line that is too long, and no later line', () => {
  const splitter = new LineSplitter(3)
  const push = (text: string) => splitter.push(Buffer.from(text))
  expect([push('abc'), push('def'), push('g\nx'), push('y\n'), push('z'), splitter.end()]).toEqual([
    [],
    [],
    ['abc'],
    ['xy'],
    [],
    ['z'],
  ])
})
