import { describe, expect, it } from 'vitest'
import { levelsOf, type ReadLevel } from './levels.ts'
import { type StoredChange, setterOf } from './set-by.ts'

const NOW = 2_000_000
const read = (level: ReadLevel['level'], seconds: number | undefined): ReadLevel => ({
  level,
  name: level,
  seconds,
  setBy: undefined,
})

describe('the not-before that decides', () => {
  it.each<[realm: number, client: number, user: number, decides: string[]]>([
    [0, 0, 0, []],
    [10, 0, 0, ['realm']],
    [10, 5, 5, ['realm']],
    [10, 20, 5, ['client']],
    [10, 20, 30, ['user']],
    [10, 5, 30, ['user']],
    [10, 10, 10, ['realm']],
    [5, 10, 10, ['client']],
    [-1, 0, 0, []],
  ])('is the latest: realm %i, client %i, user %i: %j', (realm, client, user, expected) => {
    const levels = [read('realm', realm), read('client', client), read('user', user)]
    const found = levelsOf(levels, { clientId: 'client', user: true }, NOW * 1000)
    expect(found.filter(({ decides }) => decides).map(({ level }) => level)).toEqual(expected)
  })

  it('for tokens of any client is the realm, and each client with a later one', () => {
    const levels = [read('realm', 10), read('client', 20), { ...read('client', 5), name: 'early' }]
    expect(levelsOf(levels, {}, NOW * 1000).map(({ name, decides }) => [name, decides])).toEqual([
      ['realm', true],
      ['client', true],
      ['early', false],
    ])
  })
})

describe('a not-before', () => {
  it('in the future is marked', () => {
    const levels = [read('realm', NOW + 1), read('client', NOW)]
    expect(levelsOf(levels, {}, NOW * 1000).map(({ inFuture }) => inFuture)).toEqual([true, false])
  })

  it('that cannot be seen is null and decides nothing', () => {
    expect(levelsOf([read('realm', undefined)], {}, NOW * 1000)).toMatchObject([
      { notBefore: null, seconds: null, decides: false, inFuture: false },
    ])
  })

  it.each<[realm: number | undefined, client: number | undefined, user: number | undefined]>([
    [undefined, 20, 10],
    [10, undefined, 20],
    [30, 20, undefined],
  ])('decides nothing if another one cannot be seen (%s, %s, %s)', (realm, client, user) => {
    const levels = [read('realm', realm), read('client', client), read('user', user)]
    const found = levelsOf(levels, { clientId: 'client', user: true }, NOW * 1000)
    expect(found.filter(({ decides }) => decides)).toEqual([])
  })

  it('has a time in ISO 8601', () => {
    expect(levelsOf([read('realm', 1_769_846_400)], {}, 0)).toMatchObject([
      { notBefore: '2026-01-31T08:00:00Z', seconds: 1_769_846_400 },
    ])
  })
})

describe('the setter of a not-before', () => {
  const event = (changes: Partial<StoredChange>): StoredChange => ({
    time: NOW * 1000 + 300,
    operation: 'UPDATE',
    resourcePath: undefined,
    representation: `{"notBefore":${NOW}}`,
    by: { userId: 'root', ipAddress: '192.0.2.1' },
    ...changes,
  })
  const logout = { operation: 'ACTION', representation: undefined }
  const of = (level: ReadLevel['level'], ...events: StoredChange[]) =>
    setterOf({ level, id: 'x', seconds: NOW }, events)?.how

  it.each<[string, ReadLevel['level'], StoredChange, 'set' | 'logout' | undefined]>([
    ['is proved by a change of the realm', 'realm', event({}), 'set'],
    ['is proved by a change of the client', 'client', event({ resourcePath: 'clients/x' }), 'set'],
    [
      'is not proved by a change of another client',
      'client',
      event({ resourcePath: 'clients/y' }),
      undefined,
    ],
    [
      'is not proved by a change to another number',
      'realm',
      event({ representation: '{"notBefore":1}' }),
      undefined,
    ],
    [
      'is not proved by a change without a representation',
      'realm',
      event({ representation: undefined }),
      undefined,
    ],
    [
      'is not proved by a representation that is not JSON',
      'realm',
      event({ representation: '{' }),
      undefined,
    ],
    [
      'is not proved by a change long after it (a realm that is saved again)',
      'realm',
      event({ time: NOW * 1000 + 61_000 }),
      undefined,
    ],
    ['is not proved by a change before it', 'realm', event({ time: NOW * 1000 - 1 }), undefined],
    [
      'is proved by a logout of the realm',
      'realm',
      event({ ...logout, resourcePath: 'logout-all' }),
      'logout',
    ],
    [
      'is proved by a logout of the user',
      'user',
      event({ ...logout, resourcePath: 'users/x/logout' }),
      'logout',
    ],
    [
      'is not proved by a logout of another user',
      'user',
      event({ ...logout, resourcePath: 'users/y/logout' }),
      undefined,
    ],
    [
      'is not proved by a logout at another time',
      'user',
      event({ ...logout, resourcePath: 'users/x/logout', time: NOW * 1000 + 2001 }),
      undefined,
    ],
    [
      'of a client is not proved by a logout of the realm',
      'client',
      event({ ...logout, resourcePath: 'logout-all' }),
      undefined,
    ],
  ])('%s', (_, level, one, how) => {
    expect(of(level, one)).toBe(how)
  })

  it('is that of the first of several events', () => {
    const later = event({ time: NOW * 1000 + 9000, by: { userId: 'other', ipAddress: undefined } })
    expect(setterOf({ level: 'realm', id: '', seconds: NOW }, [later, event({})])).toEqual({
      time: new Date(NOW * 1000 + 300).toISOString(),
      how: 'set',
      by: 'root',
      ipAddress: '192.0.2.1',
    })
  })
})
