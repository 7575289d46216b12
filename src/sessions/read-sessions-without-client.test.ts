import { beforeEach, describe, expect, it } from 'vitest'
import { FakeKeycloak } from '../../test/support/fake-keycloak.ts'
import { EXIT, UserError } from '../errors.ts'
import { readSessionsWithoutClient } from './read-sessions-without-client.ts'

describe('sessions in which no client takes part', () => {
  let keycloak: FakeKeycloak
  beforeEach(() => {
    keycloak = new FakeKeycloak()
    keycloak.addClient({ clientId: 'shop' })
    keycloak.addSession({ id: 'alone', username: 'ada' })
    keycloak.addSession({ id: 's1', username: 'ada', clients: ['shop'] })
  })
  const read = async (maxRead = 2000, fake = keycloak) => {
    const ctx = { signal: new AbortController().signal }
    const { sessions, isComplete } = await readSessionsWithoutClient(fake, ctx, maxRead)
    return [sessions.map(({ id }) => id), isComplete]
  }

  it('are found in the list of the realm', async () => {
    expect(await read()).toEqual([['alone'], true])
  })

  it('are looked for among the first sessions only, by one request', async () => {
    for (let i = 0; i < 2500; i++) keycloak.addSession({ username: 'bob', clients: ['shop'] })
    expect(await read(2000)).toEqual([['alone'], false])
    expect(await read(3000)).toEqual([['alone'], true])
    expect(keycloak.calls.filter((call) => call === 'realmSessions')).toHaveLength(2)
  })

  it('are unknown to older versions', async () => {
    expect(await read(2000, new FakeKeycloak({ version: '26.4.0' }))).toEqual([[], false])
  })

  it.each([
    new UserError('unreadable', 'Cannot read it.'),
    new UserError('role-missing', 'Missing.', { exitCode: EXIT.denied }),
    new UserError('not-found', 'Nothing there.', { exitCode: EXIT.notFound }),
  ])('are unknown if the list fails: $code', async (error) => {
    keycloak.on('realmSessions', () => {
      throw error
    })
    expect(await read()).toEqual([[], false])
  })

  it('fail on anything else', async () => {
    keycloak.on('realmSessions', () => {
      throw new UserError('timeout', 'No answer.', { exitCode: EXIT.unreachable })
    })
    await expect(read()).rejects.toMatchObject({ code: 'timeout' })
  })
})
