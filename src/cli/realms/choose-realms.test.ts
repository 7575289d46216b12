import { describe, expect, it } from 'vitest'
import { chooseRealms, lastIs } from './choose-realms.ts'

const VISIBLE = ['tenant-b', 'master', 'tenant-a', 'shop', 'a.b', '100%']

describe('chooseRealms', () => {
  it.each([
    [['tenant-*'], ['tenant-a', 'tenant-b']],
    [['*'], ['100%', 'a.b', 'shop', 'tenant-a', 'tenant-b', 'master']],
    [['tenant-?'], ['tenant-a', 'tenant-b']],
    [['a.b'], ['a.b']],
    [['?.?'], ['a.b']],
    [
      ['sh*', 'ma*'],
      ['shop', 'master'],
    ],
    [['100%'], ['100%']],
  ])('--realms %j', (patterns, expected) => {
    expect(chooseRealms({ by: '--realms', patterns }, VISIBLE, 'master')).toEqual(expected)
  })

  it('all, in the order of their names, the realm signed in to last', () => {
    expect(chooseRealms({ by: '--all-realms' }, VISIBLE, 'shop')).toEqual([
      '100%',
      'a.b',
      'master',
      'tenant-a',
      'tenant-b',
      'shop',
    ])
  })

  it.each([
    [['tenat-a'], 'Did you mean tenant-a?'],
    [['shop', 'x*'], 'An account sees'],
    [['SHOP'], undefined],
    [['a?b?'], undefined],
  ])('%j matches nothing: exit 5', (patterns, hint) => {
    const choose = () => chooseRealms({ by: '--realms', patterns }, VISIBLE, 'master')
    expect(choose).toThrow(expect.objectContaining({ code: 'no-such-realm', exitCode: 5 }))
    if (hint) expect(choose).toThrow(expect.objectContaining({ hint: expect.stringContaining(hint) }))
    expect(choose).toThrow('6 realms are visible to you')
  })

  it('an account that sees no realm: exit 5', () => {
    expect(() => chooseRealms({ by: '--all-realms' }, [], 'master')).toThrow('no realm is visible to you')
  })
})

it('keeps the order of named realms, apart from the last', () => {
  expect(lastIs(['c', 'master', 'a'], 'master')).toEqual(['c', 'a', 'master'])
})
