import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TokenReport } from '../../src/token/inspect.ts'
import { type StartedKeycloak, startKeycloak } from '../support/keycloak/server.ts'
import { DEFAULT_VERSION } from '../support/keycloak/version.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

const REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'

/** Experimental in 26.7, and not on in the server of the other live tests. */
describe('security event tokens of Keycloak', () => {
  let keycloak: StartedKeycloak
  let receiver: Receiver
  let realm: TestRealm

  beforeAll(async () => {
    keycloak = await startKeycloak({
      version: DEFAULT_VERSION,
      args: ['--features=ssf', '--spi-ssf-transmitter--default--allow-insecure-push-targets=true'],
    })
    receiver = await startReceiver()
    receiver.behave({ status: 202 })
    realm = await createRealm(keycloak, {
      settings: { attributes: { 'ssf.transmitterEnabled': 'true' } },
      clients: [{ clientId: 'shop' }],
      users: ['ada'],
    })
    await realm.addClient({
      clientId: 'risk',
      serviceAccountRoles: [],
      attributes: {
        'ssf.enabled': 'true',
        'ssf.profile': 'SSF_1_0',
        'ssf.supportedEvents': 'CaepSessionRevoked',
        'ssf.defaultSubjects': 'ALL',
        'ssf.validPushUrls': `${receiver.url}/*`,
      },
      representation: { optionalClientScopes: ['ssf.read', 'ssf.manage'] },
    })
    await realm.post('/ssf/clients/risk/stream', {
      events_requested: [REVOKED],
      delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: `${receiver.url}/risk` },
    })
  }, 480_000)
  afterAll(async () => {
    await receiver?.close()
    await keycloak?.stop()
  })

  /** The token that Keycloak pushed when ada was logged out. */
  async function pushed(): Promise<string> {
    receiver.clear()
    await directGrant(realm, { user: 'ada', client: 'shop' })
    await realm.post(`/users/${await realm.idOfUser('ada')}/logout`)
    const isRevoked = ({ body }: { body: string }) =>
      Buffer.from(body.split('.')[1] ?? '', 'base64url')
        .toString()
        .includes(REVOKED)
    for (let count = 1; ; count++) {
      const requests = await receiver.waitFor(count, { under: '/risk', timeoutMs: 60_000 })
      const found = requests.find(isRevoked)
      if (found) return found.body
    }
  }
  const claimsOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      aud: string | string[]
      sub_id: { user: { sub: string } }
    }
  async function inspect(stdin: string, ...args: string[]) {
    const ran = await runCli(['inspect-token', '--json', ...args], {
      stdin,
      env: adminEnv(keycloak, realm.name),
    })
    const [token] = ran.json<{ tokens: TokenReport[] }>().tokens
    const broken = token?.rules.filter(({ status }) => status === 'fail').map(({ id }) => id)
    return { code: ran.code, token, broken }
  }

  test('a pushed session-revoked passes: kind, signature, audience, subject', async () => {
    const token = await pushed()
    const { aud, sub_id } = claimsOf(token)
    const audience = [aud].flat()[0] ?? ''
    const seen = await inspect(token, '--issuer', realm.issuer, '--audience', audience, '--verify')
    expect([seen.code, seen.token?.kind, seen.token?.signature.status, seen.broken]).toEqual([
      0,
      'security-event',
      'valid',
      [],
    ])
    expect(sub_id.user.sub).toBe(await realm.idOfUser('ada'))
  })

  test('it is not taken for a logout token, and another audience and a changed payload fail', async () => {
    const token = await pushed()
    const other = await inspect(token, '--issuer', realm.issuer, '--audience', 'https://other.example.com')
    expect([other.code, other.broken]).toEqual([7, ['S03']])
    const [header = '', payload = '', signature = ''] = token.split('.')
    const text = Buffer.from(payload, 'base64url').toString()
    const changed = Buffer.from(text.replace('"iat":1', '"iat": 1')).toString('base64url')
    const forged = await inspect(`${header}.${changed}.${signature}`, '--issuer', realm.issuer, '--verify')
    expect([forged.code, forged.token?.kind, forged.token?.signature.status]).toEqual([
      7,
      'security-event',
      'invalid',
    ])
    const asLogout = await inspect(token, '--issuer', realm.issuer, '--kind', 'logout')
    expect([asLogout.code, asLogout.token?.kind]).toEqual([7, 'logout'])
  })
})
