import { describe, expect, it } from 'vitest'
import {
  active,
  keycloak,
  missingRole,
  notified,
  operations,
  resultOf,
  signIn,
  useKeycloak,
  user,
} from '../../../test/support/user-command.ts'
import { EXIT } from '../../errors.ts'

/** Ada with what the caller may do with her, and two of her sessions. */
function ada(access: { manage: boolean } | undefined) {
  keycloak.addUser('ada', { id: 'id-ada', access })
  signIn('s1', ['shop', 'desk'])
  signIn('s2', ['shop'])
}

/** As Keycloak does to accounts without the role manage-users. */
const refuseSingleSessions = () =>
  keycloak.on('endSession', () => {
    throw missingRole()
  })

describe('a caller who lacks manage-users', () => {
  it.each<[string, { manage: boolean } | undefined]>([
    ['by the access map of the user', { manage: false }],
    ['by the role', undefined],
  ])('%s: exit 4 before the first operation', async (_, access) => {
    keycloak.roles = { 'manage-users': false }
    ada(access)
    const ran = await user('ada --yes')
    expect([ran.code, operations(), active().length]).toEqual([EXIT.denied, [], 2])
    expect(ran.stderr).toMatch(/^error: You lack manage-users: this will be refused\.\nhint: .*whoami/m)
  })

  it('sees the plan of a dry run, which ends with exit 4', async () => {
    ada({ manage: false })
    const ran = await user('ada --dry-run --json')
    expect(ran.code).toBe(EXIT.denied)
    expect(resultOf(ran)).toMatchObject({
      dryRun: true,
      error: { code: 'role-missing', message: 'You lack manage-users: this will be refused.', exitCode: 4 },
      users: [{ sessionsLeft: 2, verdict: 'planned' }],
    })
    expect(ran.stderr).toContain('You lack manage-users')
  })

  it('is told which users are out of reach', async () => {
    ada({ manage: true })
    keycloak.addUser('bob', { id: 'id-bob', access: { manage: false } })
    const ran = await user('ada bob --yes')
    expect([ran.code, operations()]).toEqual([EXIT.denied, []])
    expect(ran.stderr).toContain('You may not manage bob: this will be refused.')
  })

  it('may still be told that there is nothing to do', async () => {
    keycloak.addUser('ada', { id: 'id-ada', access: { manage: false } })
    expect((await user('ada --keep-offline-sessions --yes')).code).toBe(EXIT.ok)
  })
})

describe('a caller with permission to manage this user only', () => {
  it("logs the user out by Keycloak's own logout, which notifies each client of each session", async () => {
    ada({ manage: true })
    refuseSingleSessions()
    const ran = await user('ada --yes --json')
    expect([ran.code, active(), ran.progress]).toEqual([
      EXIT.ok,
      [],
      expect.arrayContaining([expect.stringContaining('may not end single sessions')]),
    ])
    expect(notified()).toEqual(['shop s1', 'shop s2'])
    expect(resultOf(ran)).toMatchObject({
      verdict: 'done',
      users: [{ notBeforeSet: true, errors: [], sessionsLeft: 0 }],
    })
    expect(resultOf(ran).users[0]?.clients.find(({ clientId }) => clientId === 'shop')).toMatchObject({
      ended: 2,
      notifications: { expected: { min: 2, max: 2 } },
    })
  })

  it('does not claim that each session was notified where Keycloak notifies a client once', async () => {
    useKeycloak({ version: '26.4.0' })
    ada({ manage: true })
    refuseSingleSessions()
    const { users } = resultOf(await user('ada --yes --json'))
    expect(users[0]?.clients.find(({ clientId }) => clientId === 'shop')).toMatchObject({
      ended: 2,
      notifications: { expected: { min: 1, max: 2 } },
    })
  })

  it.each(['--session s1', '--client shop', '--keep-offline-sessions'])(
    'cannot end a part of the sessions (%s): exit 4, nothing ended',
    async (choice) => {
      ada({ manage: true })
      refuseSingleSessions()
      const ran = await user(`ada ${choice} --yes --json`)
      expect([ran.code, active().length]).toEqual([EXIT.denied, 2])
      expect(resultOf(ran).error).toMatchObject({ code: 'role-missing' })
    },
  )
})
