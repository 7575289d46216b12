import { expect, test } from 'vitest'
import { clientNotes } from './client-notes.ts'
import { quoted } from './page.ts'

test('a client that refused each call was reached', () => {
  const refused = { clientId: 'shop', status: 'failed', why: null, sessions: 2, ended: 2 } as const
  expect(clientNotes([refused], false)).toEqual([['1 client accepted no call: ', quoted('shop'), '.']])
})
