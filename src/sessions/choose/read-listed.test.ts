import { describe, expect, it } from 'vitest'
import { readListed } from './read-listed.ts'

async function* linesOf(text: string) {
  yield* text.split('\n')
}
const read = (text: string) => readListed(linesOf(text))
const A = { schemaVersion: 1, id: 'a', userId: 'id-ada', offline: false, username: 'ada', clients: [] }
const B = { ...A, id: 'b', offline: true }
const session = ({ id, userId, offline }: typeof A, realm?: string) => ({
  id,
  userId,
  offline,
  ...(realm === undefined ? {} : { realm }),
})

describe('readListed', () => {
  it.each([
    ['lines of --list --json', `${JSON.stringify(A)}\n${JSON.stringify(B)}\n`],
    ['a list of them', JSON.stringify([A, B])],
    ['a list over several lines', JSON.stringify([A, B], null, 2)],
    ['lines with a byte order mark and CRLF', `\uFEFF${JSON.stringify(A)}\r\n${JSON.stringify(B)}\r\n`],
    [
      'a list over several lines with both',
      `\uFEFF${JSON.stringify([A, B], null, 2)}`.replaceAll('\n', '\r\n'),
    ],
  ])('reads %s', async (_, text) => {
    expect(await read(text)).toEqual({ names: [], sessions: [session(A), session(B)] })
  })

  it.each([
    ['the document of sessions --user', JSON.stringify({ realm: 'x', sessions: [A, B] }, null, 2)],
    [
      'lines of several realms',
      `${JSON.stringify({ realm: 'x', ...A })}\n${JSON.stringify({ ...B, realm: 'x' })}`,
    ],
  ])('reads the realm of %s', async (_, text) => {
    expect((await read(text)).sessions).toEqual([session(A, 'x'), session(B, 'x')])
  })

  it('reads names and sessions from the same input', async () => {
    expect(await read(`ada\n${JSON.stringify(B)}\n\n  bob \n`)).toEqual({
      names: ['ada', 'bob'],
      sessions: [session(B)],
    })
  })

  it.each([
    ['{"schemaVersion":1,"error":{"message":"No realm."}}', 'it is an error: No realm.'],
    ['{"realm":"x","clients":[]}', 'it has no id, userId and offline'],
    ['[1]', 'it is not a list of sessions'],
    ['{"id":"a"', 'it is not complete JSON'],
    ['{"id":\nada\nbob', 'Line 1 of stdin does not name a session: it is not complete JSON'],
    [
      'realm,id,offline,userId,username,ipAddress,started,lastAccess,clients\nx,a,false,id-ada,ada,,,,',
      'it is CSV',
    ],
    ['"id","userId","offline"', 'it is CSV'],
    ['{"id":"a","userId":7,"offline":false}', 'it has no id, userId and offline'],
  ])('refuses %s', async (text, why) => {
    await expect(read(text)).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(why) })
  })
})
