import { expect, it } from 'vitest'
import { clientsNotVisible, sightText } from './not-visible.ts'

const count = (clientId: string, active = 1) => ({ id: `id-${clientId}`, clientId, active, offline: 0 })

it('names clients that have sessions and are not in the list', () => {
  const counts = [count('shop'), count('desk'), count('idle', 0)]
  expect(clientsNotVisible(counts, [{ id: 'id-shop' }])).toEqual([count('desk')])
})

it.each([
  [true, [], undefined],
  [undefined, [], 'Your account sees only the clients that it was granted: others may be missing here.'],
  [false, ['desk'], '1 client with sessions is not visible to you: desk.'],
  [
    false,
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    '7 clients with sessions are not visible to you: a, b, c, d, e, and 2 more.',
  ],
])('says what is not seen (all: %s, hidden: %j)', (isAll, hidden, text) => {
  expect(sightText({ isAll, notVisible: hidden.map((name) => count(name)) })).toBe(text)
})
