import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import { type LdapServer, startLdapServer, useLdap } from '../support/ldap-server.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

const keycloak = inject('keycloak')

describe('a realm whose users come from LDAP without import, while LDAP is down', () => {
  let realm: TestRealm
  let receiver: Receiver
  let ldap: LdapServer
  beforeEach(async () => {
    receiver = await startReceiver()
    ldap = await startLdapServer('lea')
    realm = await createRealm(keycloak, {
      clients: ['shop', 'desk'].map((clientId) => ({
        clientId,
        backchannelLogoutUrl: `${receiver.url}/${clientId}`,
      })),
      users: ['ada', 'bob'],
    })
    await useLdap(realm, ldap)
    await directGrant(realm, { user: 'lea', client: 'shop' })
    for (const [user, client] of [
      ['ada', 'shop'],
      ['bob', 'desk'],
    ] as const)
      await directGrant(realm, { user, client })
    await ldap.close()
  })
  afterEach(async () => {
    await realm.remove()
    await receiver.close()
  })
  const kcLogout = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, realm.name) })
  const all = async (...args: string[]) => {
    const ran = await kcLogout('all', '--confirm', realm.name, '--json', ...args)
    return { ...ran, outcome: ran.json<AllOutcome>() }
  }
  const calls = (client: string) => receiver.requests.filter(({ path }) => path === `/${client}`).length
  const counts = async () => {
    const stats = await realm.get<{ clientId: string; active: string }[]>('/client-session-stats')
    return Object.fromEntries(stats.map(({ clientId, active }) => [clientId, Number(active)]))
  }

  test('`all` names the client whose list fails; the others end, and the realm step does not run', async () => {
    const { code, outcome, stderr } = await all()
    expect([code, outcome.unread, outcome.realmStepSkipped], stderr).toEqual([3, ['shop'], 'unread'])
    expect(stderr).toContain('Client shop: ')
    expect([calls('desk'), (await counts()).desk]).toEqual([1, undefined])
    expect((await counts()).shop).toBe(2 - calls('shop'))
  })

  test('`all --client` of another client is done', async () => {
    const { code, outcome } = await all('--client', 'desk')
    expect([code, outcome.verdict, calls('desk')]).toEqual([0, 'done', 1])
  })

  test('`all --realm-step-only` ends everything, and does not claim to know who was notified', async () => {
    const { code, outcome } = await all('--realm-step-only')
    expect([code, outcome.verdict, outcome.endedUnnotified]).toEqual([3, 'partial', null])
    expect(await counts()).toEqual({})
  })

  test('`sessions` shows what can be read and names the rest', async () => {
    const ran = await kcLogout('sessions', '--users', '--json')
    expect([ran.code, ran.json<{ unread: string[] }>().unread], ran.stderr).toEqual([0, ['shop']])
  })

  const errorOf = (ran: Awaited<ReturnType<typeof kcLogout>>) =>
    ran.json<{ error: { code: string; message: string; hint: string } }>().error

  test('`user` logs a user of the realm itself out, and notifies the client whose list fails', async () => {
    const ran = await kcLogout('user', 'ada', '--yes', '--json')
    expect([ran.code, ran.json<UserOutcome>().verdict], ran.stderr).toEqual([0, 'done'])
    expect([calls('shop'), await realm.sessionsOf('ada')]).toEqual([1, []])
  })

  test('`user` does not find a user of the directory by name, and says why that may be', async () => {
    const ran = await kcLogout('user', 'lea', '--yes', '--json')
    expect([ran.code, errorOf(ran).code]).toEqual([5, 'user-not-found'])
    expect(errorOf(ran).hint).toContain('storage that is down')
  })

  test('`user` names the user of the directory whom Keycloak cannot read; nothing is changed', async () => {
    const [component] = await realm.get<{ id: string }[]>(
      '/components?type=org.keycloak.storage.UserStorageProvider',
    )
    const lea = `f:${component?.id}:lea`
    const ran = await kcLogout('user', 'ada', lea, '--yes', '--json')
    expect([ran.code, errorOf(ran)]).toMatchObject([
      1,
      { code: 'user-unreadable', message: expect.stringContaining(`"${lea}"`) },
    ])
    expect(await realm.sessionsOf('ada')).toHaveLength(1)
  })
})
