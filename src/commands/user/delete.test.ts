import { describe, expect, it } from 'vitest'
import {
  active,
  errorOf,
  keycloak,
  notified,
  operations,
  resultOf,
  serverError,
  signIn,
  useKeycloak,
  user,
} from '../../../test/support/user-command.ts'
import { EXIT } from '../../errors.ts'

const deleteAda = (args = '') => user(`ada --delete --confirm ada --json ${args}`)
const exists = async (name: string) => (await keycloak.findUsers(name)).length > 0

describe('user --delete', () => {
  it('locks, ends every session with a notification, looks again, and deletes', async () => {
    signIn('s1')
    signIn('off', ['chat'], { offline: true })
    const ran = await deleteAda()
    expect([ran.code, notified(), await exists('ada')]).toEqual([EXIT.ok, ['chat off', 'shop s1'], false])
    expect(operations()).toEqual([
      'setUserEnabled id-ada',
      'endSession s1',
      'endSession off',
      'logoutUser id-ada',
      'deleteUser id-ada',
    ])
    expect(resultOf(ran)).toMatchObject({
      users: [{ deletes: true, deleted: true, disabled: true, verdict: 'done' }],
      verdict: 'done',
    })
  })

  it('deletes a user without sessions, too', async () => {
    const ran = await deleteAda()
    expect([ran.code, resultOf(ran).verdict, await exists('ada')]).toEqual([EXIT.ok, 'done', false])
  })

  it('leaves a user whose session could not be ended', async () => {
    signIn('s1')
    keycloak.on('endSession', () => {
      throw serverError()
    })
    const ran = await deleteAda()
    expect([ran.code, await exists('ada')]).toEqual([EXIT.failed, true])
    expect(operations()).not.toContain('deleteUser id-ada')
    expect(resultOf(ran).users[0]?.errors).toContainEqual({
      session: '',
      code: 'not-logged-out',
      error: 'Not deleted: the logout is not complete.',
    })
  })

  it('leaves a user with a session that began in the meantime', async () => {
    let looks = 0
    keycloak.on('sessionsOf', () => {
      // Plan, new sessions, verification; then right before the deletion.
      if (++looks === 4) signIn('late')
    })
    const ran = await deleteAda()
    expect([ran.code, active(), await exists('ada')]).toEqual([EXIT.partial, ['late'], true])
  })

  it('leaves a user whose clients were not all notified, with --strict', async () => {
    signIn('s1', ['desk'])
    const ran = await deleteAda('--strict')
    expect([ran.code, await exists('ada')]).toEqual([EXIT.partial, true])
  })

  it('is not reported as done if Keycloak failed', async () => {
    keycloak.on('deleteUser', () => {
      throw serverError()
    })
    const ran = await deleteAda()
    expect([ran.code, resultOf(ran).users[0]?.deleted]).toEqual([EXIT.partial, false])
  })

  it('wants the username of each user', async () => {
    const missing = await user('ada bob --delete --confirm ada --yes --json')
    expect([missing.code, errorOf(missing).code]).toEqual([EXIT.declined, 'confirmation-wanted'])
    const other = await user('ada --delete --confirm ada --confirm eve --json')
    expect([other.code, errorOf(other).code]).toEqual([EXIT.declined, 'confirm-mismatch'])
    expect(operations()).toEqual([])
  })

  it('asks for the username in a terminal', async () => {
    expect((await user('ada --delete', { agrees: true, types: 'adda' })).code).toBe(EXIT.declined)
    const ran = await user('ada --delete', { agrees: true, types: 'ada' })
    expect([ran.code, await exists('ada')]).toEqual([EXIT.ok, false])
  })

  it('refuses to delete the account of this sign-in', async () => {
    signIn('s1')
    keycloak.own = 's1'
    const ran = await deleteAda()
    expect([ran.code, errorOf(ran).code, operations()]).toEqual([EXIT.usage, 'deletes-oneself', []])
  })

  it.each(['--session s1', '--client shop', '--ip 10.0.0.1', '--keep-offline-sessions'])(
    'contradicts %s',
    async (args) => {
      const ran = await deleteAda(args)
      expect([ran.code, errorOf(ran).code, keycloak.calls]).toEqual([EXIT.usage, 'contradiction', []])
    },
  )

  it('shows in a plan what it would do', async () => {
    const ran = await user('ada --delete --dry-run')
    expect(ran.stdout).toContain('deletes the user')
    expect(operations()).toEqual([])
  })

  it('is refused where single offline sessions cannot be ended', async () => {
    useKeycloak({ version: '22.0.5' })
    signIn('off', ['chat'], { offline: true })
    const ran = await deleteAda()
    expect([ran.code, errorOf(ran).code]).toEqual([EXIT.usage, 'offline-not-supported'])
  })
})

describe('user --revoke-consents', () => {
  it('revokes every consent after the logout', async () => {
    signIn('s1')
    keycloak.consents.add('id-ada/shop').add('id-ada/chat').add('id-bob/shop')
    const ran = await user('ada --revoke-consents --yes --json')
    expect(ran.code).toBe(EXIT.ok)
    expect(operations().slice(-3)).toEqual([
      'logoutUser id-ada',
      'revokeConsent id-ada',
      'revokeConsent id-ada',
    ])
    expect([...keycloak.consents]).toEqual(['id-bob/shop'])
    expect(resultOf(ran).users[0]?.revokedConsents).toEqual(['shop', 'chat'])
  })

  it('also of an offline session that stopped working', async () => {
    signIn('off', ['chat'], { offline: true })
    const ran = await user('ada --revoke-consents --yes --json')
    expect([ran.code, resultOf(ran).users[0]?.revokedConsents]).toEqual([EXIT.ok, ['chat']])
  })

  it('revokes none if the logout is not complete', async () => {
    signIn('s1')
    keycloak.consents.add('id-ada/shop')
    keycloak.on('endSession', () => {
      throw serverError()
    })
    const ran = await user('ada --revoke-consents --yes --json')
    expect([ran.code, [...keycloak.consents]]).toEqual([EXIT.failed, ['id-ada/shop']])
  })

  it('--confirm needs --delete', async () => {
    const ran = await user('ada --confirm ada --json')
    expect([ran.code, errorOf(ran).code]).toEqual([EXIT.usage, 'contradiction'])
  })
})
