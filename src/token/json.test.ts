import { expect, it } from 'vitest'
import { memberText, stringifyExact } from '../util/exact-json.ts'
import { isObject, readJson } from './json.ts'

function read(text: string) {
  const reading = readJson(text)
  if (!reading.ok || !isObject(reading.value)) throw new Error(`not an object: ${text}`)
  return reading.value
}

it.each([
  '9007199254740993',
  '-9007199254740993',
  '123456789012345678901234567890',
  '1.10',
  '0.1234567890123456789',
  '1E400',
  '-0',
])('keeps the digits of %s', (source) => {
  const value = read(`{"a":1,"claim":${source}}`)
  expect(memberText(value, 'claim')).toBe(source)
  expect(stringifyExact(value)).toBe(`{"a":1,"claim":${source}}`)
  expect(value.claim).toBe(Number(source))
})

it('keeps them in nested objects and lists', () => {
  const text = '{"a":[1,{"b":[9007199254740993,"x,y",{"c":[]},9007199254740995]}],"d":{"e":1.50}}'
  expect(stringifyExact(read(text))).toBe(text)
  expect(memberText(read(text), 'd')).toBe('{"e":1.50}')
})

it('keeps them in indented JSON', () => {
  const value = read('{"a":{"b":9007199254740993}}')
  expect(stringifyExact(value, 2)).toBe('{\n  "a": {\n    "b": 9007199254740993\n  }\n}')
})

it('keeps those of the last of repeated members', () => {
  expect(memberText(read('{"a":9007199254740993,"a":9007199254740995}'), 'a')).toBe('9007199254740995')
  expect(memberText(read('{"a":9007199254740993,"\\u0061":7}'), 'a')).toBe('7')
  expect(memberText(read('{"a":{"b":9007199254740993},"a":{"b":1}}'), 'a')).toBe('{"b":1}')
})

it('does not take digits in strings for numbers', () => {
  const text = '{"a":"9007199254740993","b":["1.50"]}'
  expect(stringifyExact(read(text))).toBe(text)
})

it('leaves a number alone that a copy replaced', () => {
  const value = read('{"a":9007199254740993}')
  expect(stringifyExact({ ...value })).toBe('{"a":9007199254740992}')
})
