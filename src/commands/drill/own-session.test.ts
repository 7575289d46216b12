import { expect, test } from 'vitest'
import { madeBy, marksIn } from './own-session.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64url')
const OLD = 'a6291458-a423-47fb-8fe1-c8e71c75343c'
const NEW = 'W-jZAEsSwLnJjJuCmJo-MFjZ'
const sessions = [{ id: OLD }, { id: NEW }, { id: 'another' }]

test.each([
  ['AUTH_SESSION_ID of 12 to 25, with a route', 'AUTH_SESSION_ID', `${OLD}.node-1`, OLD],
  ['AUTH_SESSION_ID of 26.7, encoded and signed', 'AUTH_SESSION_ID', base64(`${NEW}.a014bGVW`), NEW],
  ['KEYCLOAK_IDENTITY', 'KEYCLOAK_IDENTITY', `e30.${base64(JSON.stringify({ sid: NEW }))}.x`, NEW],
  ['KEYCLOAK_SESSION', 'KEYCLOAK_SESSION_LEGACY', `"customers/user/${OLD}"`, OLD],
])('a session is named by %s', (_, name, value, id) => {
  expect(madeBy(marksIn([{ name, value }]), sessions)).toEqual([{ id }])
})

test('other cookies name no session', () => {
  expect(madeBy(marksIn([{ name: 'app', value: OLD }]), sessions)).toEqual([])
})
