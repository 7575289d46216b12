import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { createRealm, type RealmSpec, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant, signIn } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

const keycloak = inject('keycloak')
const { listsExpiredParts } = factsOf(keycloak.version)

let realm: TestRealm
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await realm.remove()
  await receiver.close()
})

const backchannel = (clientId: string, attributes: Record<string, string> = {}) => ({
  clientId,
  backchannelLogoutUrl: `${receiver.url}/${clientId}`,
  attributes,
})
async function aRealm(spec: RealmSpec): Promise<void> {
  realm = await createRealm(keycloak, spec)
  await receiver.trust(realm)
}
const logoutAll = async (...args: string[]) => {
  const ran = await runCli(['all', '--confirm', realm.name, '--json', ...args], {
    env: adminEnv(keycloak, realm.name),
  })
  return { ...ran, outcome: ran.json<AllOutcome>() }
}
const claimsOf = ({ clients }: AllOutcome) =>
  Object.fromEntries(
    clients.map(({ clientId, expectation, reason, notifications: { expected } }) => [
      clientId,
      [reason ?? expectation, expected.min, expected.max],
    ]),
  )
const calls = async (clientId: string) => (await receiver.logoutTokens(`/${clientId}`)).length

describe('what Keycloak lists by client and does not notify', () => {
  test.runIf(listsExpiredParts)('an expired client session: read before the session ends', async () => {
    await aRealm({
      clients: [backchannel('brief', { 'client.session.max.lifespan': '3' }), backchannel('shop')],
      users: ['ada', 'bob'],
    })
    const { browser } = await signIn(realm, { user: 'ada', client: 'brief' })
    await signIn(realm, { user: 'ada', client: 'shop', browser })
    await directGrant(realm, { user: 'bob', client: 'shop' })
    await sleep(4500)
    const { code, outcome } = await logoutAll('--strict')
    expect(claimsOf(outcome)).toEqual({ brief: ['session-expired', 0, 0], shop: ['notified', 2, 2] })
    expect([await calls('brief'), await calls('shop')]).toEqual([0, 2])
    expect(code).toBe(3)
  })

  test.runIf(listsExpiredParts)('an expired offline client session', async () => {
    await aRealm({
      clients: [backchannel('brief', { 'client.offline.session.max.lifespan': '3' }), backchannel('shop')],
      users: ['ada'],
      settings: { offlineSessionMaxLifespanEnabled: true },
    })
    for (const client of ['brief', 'shop']) await directGrant(realm, { user: 'ada', client, offline: true })
    for (const { id } of await realm.sessionsOf('ada')) await realm.delete(`/sessions/${id}`)
    receiver.clear()
    await sleep(4500)
    const { outcome } = await logoutAll('--offline-sessions')
    expect(claimsOf(outcome)).toEqual({ brief: ['session-expired', 0, 0], shop: ['notified', 1, 1] })
    expect([await calls('brief'), await calls('shop')]).toEqual([0, 1])
  })
})
