import { describe, expect, it } from 'vitest'
import { type GivenGlobals, parseGlobals } from './parse-globals.ts'

const many = { name: 'sessions', severalRealms: true } as const
const one = { name: 'listen' }

describe('parseGlobals', () => {
  it.each([
    ['nothing', {}, {}],
    ['one -r', { realm: ['a'] }, { realm: 'a' }],
    ['one profile', { profile: ['p'], json: true }, { profile: 'p', json: true }],
    ['-r twice', { realm: ['a', 'b', 'a'] }, { several: { by: '-r', names: ['a', 'b'] } }],
    [
      'a pattern and a profile',
      { realms: ['t-*'], profile: ['p'] },
      { profile: 'p', several: { by: '--realms', patterns: ['t-*'] } },
    ],
    ['all', { allRealms: true }, { several: { by: '--all-realms' } }],
    ['two profiles', { profile: ['p', 'q'] }, { several: { by: '--profile', profiles: ['p', 'q'] } }],
  ] satisfies [string, GivenGlobals, object][])('%s', (_, given, expected) => {
    expect(parseGlobals(given, many)).toEqual(expected)
  })

  it.each([
    ['-r with a pattern', { realm: ['a'], realms: ['b*'] }],
    ['a pattern with all', { realms: ['b*'], allRealms: true }],
    ['profiles with all', { profile: ['p', 'q'], allRealms: true }],
  ] satisfies [string, GivenGlobals][])('refuses %s', (_, given) => {
    expect(() => parseGlobals(given, many)).toThrow(expect.objectContaining({ exitCode: 2 }))
  })

  it.each([
    ['-r twice', { realm: ['a', 'b'] }, 'option-repeated'],
    ['two profiles', { profile: ['p', 'q'] }, 'option-repeated'],
    ['a pattern', { realms: ['a*'] }, 'one-realm'],
    ['all', { allRealms: true }, 'one-realm'],
  ] satisfies [string, GivenGlobals, string][])('refuses %s where one realm is meant', (_, given, code) => {
    expect(() => parseGlobals(given, one)).toThrow(expect.objectContaining({ exitCode: 2, code }))
  })
})
