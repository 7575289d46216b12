import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type ClientSpec, createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { signIn } from '../support/sign-in.ts'

const keycloak = inject('keycloak')

interface UserDocument {
  readonly users: readonly {
    readonly clients: readonly { readonly expectation: string; readonly reason?: string }[]
  }[]
}

describe('Keycloak and kc-logout agree on a logout URL', () => {
  let realm: TestRealm
  let receiver: Receiver
  beforeAll(async () => {
    receiver = await startReceiver()
    realm = await createRealm(keycloak, { users: ['ada'] })
  })
  afterAll(async () => {
    await realm.remove()
    await receiver.close()
  })

  /** Ends a session of a client with these settings: what kc-logout expected, and the requests of Keycloak. */
  async function endSession(spec: ClientSpec) {
    await realm.addClient(spec)
    await signIn(realm, { user: 'ada', client: spec.clientId })
    receiver.clear()
    const ran = await runCli(['user', 'ada', '--client', spec.clientId, '--yes', '--json'], {
      env: adminEnv(keycloak, realm.name),
    })
    const [client] = ran.json<UserDocument>().users[0]?.clients ?? []
    return {
      expected: [client?.expectation, client?.reason],
      received: receiver.requests.map(({ path }) => path),
    }
  }

  test('with a placeholder that the server does not know: nothing is sent', async () => {
    const backchannelLogoutUrl = `${receiver.url}/\${no.such.variable}`
    expect(await endSession({ clientId: 'unknown', backchannelLogoutUrl })).toEqual({
      expected: ['not-notified', 'placeholder'],
      received: [],
    })
  })

  test('with a placeholder that has a default: the default is used', async () => {
    const backchannelLogoutUrl = `${receiver.url}/\${no.such.variable:main}`
    expect(await endSession({ clientId: 'default', backchannelLogoutUrl })).toEqual({
      expected: ['notified', undefined],
      received: ['/main'],
    })
  })

  test('relative to ${authBaseUrl}: Keycloak calls itself, and says that this Admin URL was reached', async () => {
    expect(
      await endSession({
        clientId: 'relative',
        backchannelLogoutUrl: '/bc',
        adminUrl: '/admin-url',
        rootUrl: '${authBaseUrl}',
      }),
    ).toEqual({ expected: ['not-notified', 'relative-to-keycloak'], received: [] })
    const { text } = await realm.post('/logout-all')
    expect(text).toContain(`${keycloak.url}/admin-url`)
  })
})
