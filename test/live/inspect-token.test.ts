import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { TokenReport } from '../../src/token/inspect.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant, signIn } from '../support/sign-in.ts'

interface Document {
  readonly tokens: readonly TokenReport[]
  readonly verdict: string
}

const keycloak = inject('keycloak')

describe('kc-logout inspect-token with tokens of a real Keycloak', () => {
  let realm: TestRealm
  let receiver: Receiver
  beforeAll(async () => {
    receiver = await startReceiver()
    realm = await createRealm(keycloak, {
      clients: [
        { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop`, adminUrl: `${receiver.url}/admin` },
        {
          clientId: 'plain',
          backchannelLogoutUrl: `${receiver.url}/plain`,
          sessionRequired: false,
          revokeOfflineTokens: true,
        },
        {
          clientId: 'es256',
          backchannelLogoutUrl: `${receiver.url}/es256`,
          attributes: { 'id.token.signed.response.alg': 'ES256' },
        },
      ],
      users: ['ada', 'bob', 'cleo'],
      settings: { eventsEnabled: true, adminEventsEnabled: true },
    })
  })
  afterAll(async () => {
    await realm.remove()
    await receiver.close()
  })

  const inspect = async (stdin: string, ...args: string[]) => {
    const ran = await runCli(['inspect-token', '--json', ...args], {
      stdin,
      env: adminEnv(keycloak, realm.name),
    })
    return { code: ran.code, ...ran.json<Document>() }
  }
  const broken = (report: TokenReport | undefined) =>
    report?.rules.filter(({ status }) => status === 'fail' || status === 'warn').map(({ id }) => id)
  const logoutTokenOf = async (user: string, client: string) => {
    receiver.clear()
    const { sid } = await signIn(realm, { user, client })
    await realm.delete(`/sessions/${sid}`)
    const [request] = await receiver.waitFor(1, { under: `/${client}` })
    return request?.body ?? ''
  }

  test('every token of a token response is genuine and breaks no rule', async () => {
    const { tokens } = await directGrant(realm, { user: 'ada', client: 'shop', offline: true })
    const { code, verdict, tokens: reports } = await inspect(JSON.stringify(tokens))
    expect([code, verdict]).toEqual([0, 'pass'])
    expect(reports.map(({ kind, signature }) => [kind, signature.status])).toEqual([
      ['access', 'valid'],
      ['offline', 'not-checkable'],
      ['id', 'valid'],
    ])
    expect(reports[2]?.rules.find(({ id }) => id === 'I13')?.status).toBe('pass')
  })

  test('a logout token passes and names its user', async () => {
    const { code, tokens } = await inspect(await logoutTokenOf('ada', 'shop'), '--client', 'shop', '--online')
    expect([code, broken(tokens[0])]).toEqual([0, []])
    expect(tokens[0]).toMatchObject({
      kind: 'logout',
      label: 'logout_token',
      about: {
        server: keycloak.url,
        realm: realm.name,
        clientId: 'shop',
        userId: await realm.idOfUser('ada'),
      },
      signature: { status: 'valid' },
    })
    const event = tokens[0]?.rules.find(({ id }) => id === 'O06')
    expect(event?.message).toMatch(/^An administrator .* caused it: DELETE sessions\//)
  })

  test('one without sid that revokes offline access gets both notes and the commands that change it', async () => {
    const { code, tokens } = await inspect(await logoutTokenOf('bob', 'plain'))
    expect([code, broken(tokens[0])]).toEqual([0, ['L18', 'L22']])
    expect(tokens[0]?.commands[0]?.command).toMatch(
      /^kc-logout configure plain .* --session-required --no-revoke-offline$/,
    )
  })

  test('one signed with ES256 is verified, and correct for a client registered with it', async () => {
    const body = await logoutTokenOf('cleo', 'es256')
    expect((await inspect(body)).tokens[0]?.signature).toMatchObject({ status: 'valid', alg: 'ES256' })
    expect((await inspect(body, '--online')).code).toBe(0)
    expect(broken((await inspect(body, '--alg', 'RS256')).tokens[0])).toEqual(['L04'])
  })

  test('an admin action is recognised and verified', async () => {
    receiver.clear()
    await realm.get(`/clients/${await realm.idOfClient('shop')}/test-nodes-available`)
    const [request] = await receiver.waitFor(1, { under: '/admin' })
    const { code, tokens } = await inspect(request?.body ?? '', '--client', 'shop')
    expect([code, tokens[0]?.kind, tokens[0]?.payload?.action, broken(tokens[0])]).toEqual([
      0,
      'admin-action',
      'TEST_AVAILABILITY',
      [],
    ])
  })

  test('a token of another realm has an unknown key and another issuer', async () => {
    const { tokens } = await directGrant(realm, { user: 'ada', client: 'shop' })
    const ran = await runCli(['inspect-token', '--json', '--issuer', `${keycloak.url}/realms/master`], {
      stdin: tokens.id_token,
    })
    const [report] = ran.json<Document>().tokens
    expect([ran.code, report?.signature.status, report?.signature.reason]).toEqual([
      7,
      'invalid',
      expect.stringContaining('No key has its id'),
    ])
    expect(broken(report)).toEqual(['I02', 'I05'])
  })

  test('--online reports an ended session and a not-before', async () => {
    const { tokens, sid } = await signIn(realm, { user: 'bob', client: 'shop' })
    await realm.delete(`/sessions/${sid}`)
    const { code, tokens: reports } = await inspect(tokens.access_token, '--online')
    expect([code, broken(reports[0])]).toEqual([7, expect.arrayContaining(['O01'])])
  })
})
