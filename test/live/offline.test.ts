import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, type TaskMeta, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import { note } from '../support/observed.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant, refresh, type Tokens } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
const { endsOfflineSession, offlineSignInIsOnlineToo, realmLogoutDeletesOffline } = factsOf(keycloak.version)

const titleOf = (command: string) =>
  `an offline session after \`${command}\`: client, session, token, exit code`

describe('an offline session at a client with a Backchannel Logout URL', () => {
  let realm: TestRealm
  let receiver: Receiver
  let session: { sid: string; tokens: Tokens }

  beforeAll(async () => {
    receiver = await startReceiver()
    realm = await createRealm(keycloak, {
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
      users: ['ada'],
    })
    await receiver.trust(realm)
  })
  afterAll(async () => {
    await realm.remove()
    await receiver.close()
  })
  beforeEach(async () => {
    await realm.request('DELETE', `/users/${await realm.idOfUser('ada')}/consents/shop`)
    session = await directGrant(realm, { user: 'ada', client: 'shop', offline: true })
    if (offlineSignInIsOnlineToo) await realm.delete(`/sessions/${session.sid}`)
    receiver.clear()
    // Keycloak compares whole seconds: a token of the same second would stay valid after a not-before.
    await sleep(1_100)
  })

  const kcLogout = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, realm.name) })
  const user = (...flags: string[]) => kcLogout('user', 'ada', '--yes', '--json', ...flags)
  const all = (...flags: string[]) => kcLogout('all', '--confirm', realm.name, '--json', ...flags)

  async function observed(task: { meta: TaskMeta }, { code }: { code: number | undefined }) {
    const notified = (await receiver.logoutTokens('/shop')).filter(({ sid }) => sid === session.sid).length
    const uuid = await realm.idOfClient('shop')
    const records = await realm.get<{ id: string }[]>(`/clients/${uuid}/offline-sessions`)
    const found = {
      code,
      notified: notified > 0,
      listed: records.some(({ id }) => id === session.sid),
      usable: (await refresh(realm, 'shop', session.tokens.refresh_token)).status === 200,
    }
    const words = [
      found.notified ? 'notified' : 'not notified',
      found.listed ? 'listed' : 'gone',
      found.usable ? 'usable' : 'refused',
      `exit ${code}`,
    ]
    note(task, words.join(', '))
    return found
  }

  test('an offline session is listed by `sessions --user`', async ({ task }) => {
    const ran = await kcLogout('sessions', '--user', 'ada', '--json')
    const { sessions } = ran.json<{ sessions: { id: string; offline: boolean }[] }>()
    note(task, sessions.length === 1)
    expect(sessions).toMatchObject([{ id: session.sid, offline: true }])
  })

  test(titleOf('user'), async ({ task }) => {
    const ran = await user()
    expect(await observed(task, ran)).toEqual({ code: 0, notified: false, listed: true, usable: false })
    const [ada] = ran.json<UserOutcome>().users
    expect(ada).toMatchObject({ setsNotBefore: true, notBeforeSet: true })
    expect(ada?.sessions).toMatchObject([
      { id: session.sid, offline: true, planned: false, ended: false, invalidated: true },
    ])
    expect(ada?.clients).toMatchObject([
      { clientId: 'shop', expectation: 'not-notified', reason: 'offline-invalidated', invalidated: 1 },
    ])
  })

  test(titleOf('user --strict'), async ({ task }) => {
    const ran = await user('--strict')
    expect(await observed(task, ran)).toEqual({ code: 3, notified: false, listed: true, usable: false })
  })

  test(titleOf('user --offline-sessions'), async ({ task }) => {
    const ran = await user('--offline-sessions')
    expect(await observed(task, ran)).toEqual(
      endsOfflineSession
        ? { code: 0, notified: true, listed: false, usable: false }
        : { code: 2, notified: false, listed: true, usable: true },
    )
  })

  test(titleOf('user --keep-offline-sessions'), async ({ task }) => {
    const ran = await user('--keep-offline-sessions')
    expect(await observed(task, ran)).toEqual({ code: 0, notified: false, listed: true, usable: true })
  })

  test(titleOf('all'), async ({ task }) => {
    const ran = await all()
    expect(await observed(task, ran)).toEqual({
      code: 3,
      notified: false,
      listed: !realmLogoutDeletesOffline,
      usable: false,
    })
    expect(ran.json<AllOutcome>()).toMatchObject({
      before: { offline: 1 },
      endedUnnotified: 1,
      after: { offline: realmLogoutDeletesOffline ? 0 : 1 },
    })
  })

  test(titleOf('all --offline-sessions'), async ({ task }) => {
    const ran = await all('--offline-sessions')
    expect(await observed(task, ran)).toEqual(
      endsOfflineSession
        ? { code: 0, notified: true, listed: false, usable: false }
        : { code: 2, notified: false, listed: true, usable: true },
    )
  })

  test(titleOf('all --keep-offline-sessions'), async ({ task }) => {
    const ran = await all('--keep-offline-sessions')
    expect(await observed(task, ran)).toEqual({ code: 0, notified: false, listed: true, usable: true })
  })
})
