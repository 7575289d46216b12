import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { parse } from 'yaml'
import type { Application } from '../support/applications/application.ts'
import { LOGOUT_PATH, startExpressOpenidConnect } from '../support/applications/express-openid-connect.ts'
import { readGuide, type Step } from '../support/guide.ts'
import { send } from '../support/http.ts'
import { distribution } from '../support/keycloak/distribution.ts'
import { freePorts } from '../support/keycloak/ports.ts'
import { DEFAULT_VERSION } from '../support/keycloak/version.ts'
import { skipWithout } from '../support/programs.ts'
import { createRealm, PASSWORD, secretOf, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { installInto, type RanInTerminal, runCli, runInTerminal, type Typed } from '../support/run-cli.ts'
import { directGrant, refresh, type SignedIn, signIn } from '../support/sign-in.ts'

/**
 * Every command of every guide, in its order, as it is written: by a shell, in a terminal, in a realm as the guide
 * assumes it. Only the values of the guide's own settings are the test's.
 */

const keycloak = inject('keycloak')
const password: Typed = { when: 'Password of', send: `${keycloak.admin.password}\r` }
const yes: Typed = { when: '(y/N)', send: 'y\r' }

interface Stage {
  readonly settings: Readonly<Record<string, string>>
  /** What is typed where a command asks. */
  readonly types?: Readonly<Record<string, readonly Typed[]>>
  /** What happens in the world before a command, and what has to be true after it. */
  readonly before?: Readonly<Record<string, () => Promise<void>>>
  readonly after?: Readonly<Record<string, (screen: string) => Promise<void>>>
}

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-guides-'))
  await mkdir(join(folder, 'bin'))
  const home = await distribution(DEFAULT_VERSION)
  path = `${join(home, 'bin')}:${await installInto(join(folder, 'bin'))}`
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs a guide's commands as tests, one after another; those in a terminal of their own end with the next. */
function follow(name: string, stageOf: () => Stage) {
  const guide = readGuide(name)
  let aside: { step: Step; ran: Promise<RanInTerminal> } | undefined
  const work = () => join(folder, name)

  test.each(guide.steps.map((step) => [step.name, step] as const))('%s', async (_, step) => {
    await skipWithout('python3')
    const stage = stageOf()
    // A guide may assume a sign-in, which then comes from the environment; all else that it needs, it says.
    const given = Object.keys(stage.settings).filter((each) => !/^KC_LOGOUT_(USERNAME|PASSWORD)$/.test(each))
    expect(given.sort()).toEqual([...guide.settings].sort())
    await mkdir(work(), { recursive: true })
    await stage.before?.[step.name]?.()
    const ran = run(step, stage, work())
    if (step.until) {
      await ran.shown
      aside = { step, ran: ran.ended }
      return
    }
    await check(step, await ran.ended, stage)
    if (aside) await check(aside.step, await aside.ran, stage)
    aside = undefined
  })

  test('every step that no test runs has a reason', () => {
    expect(guide.notRun.every(({ reason }) => reason.length > 10)).toBe(true)
  })
}

function run(step: Step, { settings, types }: Stage, cwd: string) {
  let shown = () => {}
  const untilShown = new Promise<void>((resolve) => {
    shown = resolve
  })
  const ended = runInTerminal([step.script], {
    program: ['bash', '-e', '-o', 'pipefail', '-c'],
    env: { ...settings, PATH: path, HOME: folder, KC_LOGOUT_CONFIG_DIR: join(cwd, 'config') },
    cwd,
    columns: 120,
    types: types?.[step.name] ?? [],
    onShown: (screen) => {
      if (step.until && screen.includes(step.until)) shown()
    },
  })
  return { ended, shown: Promise.race([untilShown, ended.then(() => {})]) }
}

async function check(step: Step, ran: RanInTerminal, stage: Stage): Promise<void> {
  expect(ran.code, ran.screen).toBe(step.exit)
  // A line that is broken says the same.
  const screen = ran.screen.replace(/\s+/g, ' ')
  for (const text of step.shows) expect(screen).toContain(text)
  await stage.after?.[step.name]?.(screen)
}

/** What Keycloak says to an access token: 200, or 401. */
const userinfo = async (realm: TestRealm, token: string) =>
  (
    await send('GET', `${realm.issuer}/protocol/openid-connect/userinfo`, {
      headers: { authorization: `Bearer ${token}` },
    })
  ).status

const payloadOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { iat: number; exp: number }

/** An application that checks tokens by itself takes this one until its end: the realm's setting, as the guides say. */
async function expectTakenUntilItsEnd(realm: TestRealm, token: string): Promise<void> {
  const { accessTokenLifespan } = await realm.get<{ accessTokenLifespan: number }>('')
  const { iat, exp } = payloadOf(token)
  expect(exp - iat).toBe(accessTokenLifespan)
  expect(exp * 1000).toBeGreaterThan(Date.now())
}

/** con is in a group, eve is linked with an identity provider. */
async function createGroupAndProvider(realm: TestRealm): Promise<void> {
  const made = await realm.post('/groups', { name: 'contractors' })
  const group = made.headers.location?.split('/').at(-1)
  await realm.put(`/users/${await realm.idOfUser('con')}/groups/${group}`, {})
  const url = 'https://partner.test'
  const config = { authorizationUrl: url, tokenUrl: url, clientId: 'broker', clientSecret: 'secret' }
  await realm.post('/identity-provider/instances', { alias: 'partner', providerId: 'oidc', config })
  await realm.post(`/users/${await realm.idOfUser('eve')}/federated-identity/partner`, {
    ...{ identityProvider: 'partner', userId: 'there', userName: 'eve' },
  })
}

describe('the guide for administrators', () => {
  let realm: TestRealm
  let tenant: Receiver
  beforeAll(async () => {
    tenant = await startReceiver()
    realm = await createRealm(keycloak, {
      clients: [
        // As the console makes it.
        { clientId: 'iot', redirectUris: [`${tenant.url}/*`], frontchannelLogout: true },
        { clientId: 'chat' },
      ],
      users: ['ada'],
    })
    await tenant.trust(realm)
    await signIn(realm, { user: 'ada', client: 'iot' })
  })
  afterAll(async () => {
    await realm.remove()
    await tenant.close()
  })

  follow('administrator', () => ({
    settings: {
      KC_LOGOUT_SERVER: keycloak.url,
      KC_LOGOUT_REALM: realm.name,
      ADMIN: keycloak.admin.username,
      CLIENT: 'iot',
      TENANT: tenant.url,
      TESTER: 'ada',
    },
    types: { login: [password], set: [yes], try: [yes], events: [yes] },
    before: {
      // A tenant refuses what is forged.
      probe: async () => tenant.behave({ status: 400 }, '/user/logout/oidc'),
      try: async () => tenant.behave({ status: 200 }, '/user/logout/oidc'),
    },
    after: {
      set: async () => {
        const { adminUrl, frontchannelLogout, attributes } = await realm.client('iot')
        expect([adminUrl, frontchannelLogout]).toEqual([`${tenant.url}/user/keycloak`, false])
        expect(attributes).toMatchObject({
          'backchannel.logout.url': `${tenant.url}/user/logout/oidc`,
          'backchannel.logout.session.required': 'true',
        })
      },
      probe: async () => {
        const paths = tenant.requests.map((request) => request.path)
        expect(paths).toContain('/user/logout/oidc')
        expect(paths).toContain('/user/keycloak/k_test_available')
        tenant.clear()
      },
      try: async () => {
        expect(await tenant.logoutTokens('/user/logout/oidc')).toHaveLength(1)
        expect(await realm.sessionsOf('ada')).toEqual([])
      },
      events: async () => {
        const config = await realm.get<{ eventsEnabled: boolean; adminEventsEnabled: boolean }>(
          '/events/config',
        )
        expect(config).toMatchObject({ eventsEnabled: true, adminEventsEnabled: true })
      },
    },
  }))
})

describe('the guide for incidents', () => {
  let realm: TestRealm
  let shop: Receiver
  let adas: { online: SignedIn; offline: Omit<SignedIn, 'browser'> }
  let bobs: SignedIn
  let serviceToken: string
  let cleos: SignedIn
  let bobsPhone: Omit<SignedIn, 'browser'>
  beforeAll(async () => {
    shop = await startReceiver()
    realm = await createRealm(keycloak, {
      clients: [
        {
          clientId: 'shop',
          backchannelLogoutUrl: `${shop.url}/shop`,
          secret: secretOf('shop'),
          serviceAccountRoles: [],
        },
        { clientId: 'crm', backchannelLogoutUrl: `${shop.url}/crm` },
        { clientId: 'wiki', adminUrl: `${shop.url}/wiki` },
        { clientId: 'night-job', serviceAccountRoles: [] },
        { clientId: 'chat' },
      ],
      users: ['ada', 'bob', 'cleo', 'con', 'dan', 'eve'],
      settings: { eventsEnabled: true, adminEventsEnabled: true },
    })
    await shop.trust(realm)
    await createGroupAndProvider(realm)
    const online = await signIn(realm, { user: 'ada', client: 'shop' })
    await signIn(realm, { user: 'ada', client: 'chat', browser: online.browser })
    adas = { online, offline: await directGrant(realm, { user: 'ada', client: 'crm', offline: true }) }
    bobs = await signIn(realm, { user: 'bob', client: 'shop' })
  })
  afterAll(async () => {
    await realm.remove()
    await shop.close()
  })

  const fresh = async (client: string, secret: string) =>
    send('POST', `${realm.issuer}/protocol/openid-connect/token`, {
      form: { grant_type: 'client_credentials', client_id: client, client_secret: secret, scope: 'openid' },
    })
  const tokenOf = async (client: string) =>
    (await fresh(client, secretOf(client))).json<{ access_token: string }>().access_token
  const keep = (name: string, token: string) => writeFile(join(folder, 'incident', name), token)

  follow('incident', () => ({
    settings: {
      KC_LOGOUT_SERVER: keycloak.url,
      KC_LOGOUT_REALM: realm.name,
      ADMIN: keycloak.admin.username,
      WHO: 'ada',
      CLIENT: 'shop',
      GROUP: '/contractors',
      PROVIDER: 'partner',
      NETWORK: '127.0.0.0/8',
      LEAVER: 'dan',
    },
    types: { login: [password], 'secret-new': [{ ...password, when: 'password:' }] },
    before: {
      'laptop-act': async () => {
        expect(await userinfo(realm, adas.online.tokens.access_token)).toBe(200)
      },
      'laptop-token': () => keep('token.txt', adas.online.tokens.access_token),
      'secret-new': async () => {
        serviceToken = await tokenOf('shop')
        expect(await userinfo(realm, serviceToken)).toBe(200)
        await keep('service-token.txt', serviceToken)
        // Keycloak counts in whole seconds: what is issued in the second of a not-before is not older than it.
        await sleep(1100)
      },
      'group-look': async () => {
        shop.clear()
        for (const user of ['con', 'dan', 'eve']) await signIn(realm, { user, client: 'crm' })
      },
      'network-look': async () => {
        await signIn(realm, { user: 'cleo', client: 'crm' })
      },
      'delete-act': async () => {
        shop.clear()
        await signIn(realm, { user: 'dan', client: 'crm' })
      },
      'all-look': async () => {
        shop.clear()
        cleos = await signIn(realm, { user: 'cleo', client: 'crm' })
        await signIn(realm, { user: 'cleo', client: 'wiki', browser: cleos.browser })
        await signIn(realm, { user: 'bob', client: 'chat' })
        bobsPhone = await directGrant(realm, { user: 'bob', client: 'crm', offline: true })
        serviceToken = await tokenOf('night-job')
        await sleep(1100)
      },
    },
    after: {
      'laptop-act': async (screen) => {
        const { access_token, refresh_token } = adas.online.tokens
        expect(await realm.sessionsOf('ada')).toEqual([])
        expect((await refresh(realm, 'shop', refresh_token)).status).toBe(400)
        expect((await refresh(realm, 'crm', adas.offline.tokens.refresh_token)).status).toBe(400)
        expect(await userinfo(realm, access_token)).toBe(401)
        await expectTakenUntilItsEnd(realm, access_token)
        expect(screen).toContain('stay valid for up to 5 min')
        const notified = (await shop.logoutTokens('/shop')).map(({ sid }) => sid)
        expect(notified).toEqual([adas.online.sid])
        expect((await realm.get<{ enabled: boolean }>(`/users/${await realm.idOfUser('ada')}`)).enabled).toBe(
          false,
        )
      },
      'secret-new': async () => {
        expect((await fresh('shop', secretOf('shop'))).status).toBe(401)
      },
      'secret-act': async () => {
        expect(await userinfo(realm, bobs.tokens.access_token)).toBe(401)
        // It has no session that could end.
        expect(await userinfo(realm, serviceToken)).toBe(200)
      },
      'secret-cut': async () => {
        expect(await userinfo(realm, serviceToken)).toBe(401)
        await expectTakenUntilItsEnd(realm, serviceToken)
      },
      'group-act': async () => {
        expect(await realm.sessionsOf('con')).toEqual([])
        expect(await realm.sessionsOf('dan')).toHaveLength(1)
        expect(await realm.get(`/users/${await realm.idOfUser('con')}`)).toMatchObject({ enabled: false })
      },
      'provider-act': async () => {
        expect(await realm.sessionsOf('eve')).toEqual([])
        expect(await realm.sessionsOf('dan')).toHaveLength(1)
      },
      'network-act': async () => {
        expect([...(await realm.sessionsOf('dan')), ...(await realm.sessionsOf('cleo'))]).toEqual([])
        expect(await shop.logoutTokens('/crm')).toHaveLength(4)
      },
      'delete-act': async () => {
        expect(await shop.logoutTokens('/crm')).toHaveLength(1)
        expect((await realm.request('GET', `/users/${await realm.idOfUser('dan')}`)).status).toBe(404)
      },
      'all-act': async () => {
        expect(await userinfo(realm, cleos.tokens.access_token)).toBe(401)
        expect((await refresh(realm, 'crm', cleos.tokens.refresh_token)).status).toBe(400)
        await expectTakenUntilItsEnd(realm, cleos.tokens.access_token)
        expect((await shop.logoutTokens('/crm')).map(({ sid }) => sid).sort()).toEqual(
          [cleos.sid, bobsPhone.sid].sort(),
        )
        expect(await shop.adminActions('/wiki/k_logout')).toHaveLength(1)
        expect((await refresh(realm, 'crm', bobsPhone.tokens.refresh_token)).status).toBe(400)
        expect(await userinfo(realm, serviceToken)).toBe(401)
        const record = await readFile(join(folder, 'incident', 'incident.html'), 'utf8')
        for (const client of ['crm', 'wiki', 'chat']) expect(record).toContain(client)
        // Logging out keeps nobody from signing in again.
        expect((await signIn(realm, { user: 'cleo', client: 'chat' })).sid).not.toBe('')
        await realm.post('/logout-all')
      },
      'all-clear': async () => {
        expect(await userinfo(realm, serviceToken)).toBe(200)
        expect(await userinfo(realm, cleos.tokens.access_token)).toBe(401)
        expect((await refresh(realm, 'crm', bobsPhone.tokens.refresh_token)).status).toBe(400)
      },
    },
  }))
})

describe('the guide for developers', () => {
  let realm: TestRealm
  let app: Receiver
  let port = 0
  beforeAll(async () => {
    app = await startReceiver()
    port = (await freePorts(1))[0] ?? 0
    realm = await createRealm(keycloak, {
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${app.url}/wrong`, frontchannelLogout: true }],
      users: ['ada'],
      settings: { eventsEnabled: true },
    })
    await app.trust(realm)
    await mkdir(join(folder, 'developer'), { recursive: true })
    const log = await readFile(new URL('../fixtures/keycloak-26.7.4.log', import.meta.url), 'utf8')
    await writeFile(join(folder, 'developer', 'server.log'), log)
  })
  afterAll(async () => {
    await realm.remove()
    await app.close()
  })

  follow('developer', () => ({
    settings: {
      KC_LOGOUT_SERVER: keycloak.url,
      KC_LOGOUT_REALM: realm.name,
      KC_LOGOUT_USERNAME: keycloak.admin.username,
      KC_LOGOUT_PASSWORD: keycloak.admin.password,
      CLIENT: 'shop',
      APP: `${app.url}/logout`,
      TESTER: 'ada',
      PORT: String(port),
    },
    before: {
      probe: async () => app.behave({ status: 404 }),
      listen: async () => {
        app.behave({ status: 200 })
        app.clear()
      },
      logout: async () => {
        await signIn(realm, { user: 'ada', client: 'shop' })
      },
      inspect: async () => {
        const [request] = app.requests
        if (!request) throw new Error('the application was told nothing')
        await writeFile(join(folder, 'developer', 'request.txt'), request.body)
      },
      events: async () => {
        const { tokens } = await signIn(realm, { user: 'ada', client: 'shop' })
        await send('POST', `${realm.issuer}/protocol/openid-connect/logout`, {
          form: { client_id: 'shop', refresh_token: tokens.refresh_token },
        })
      },
    },
    after: {
      listen: async () => {
        // Handed on to the application, and put back.
        expect(app.requests.map((request) => request.path)).toEqual(['/logout'])
        const { attributes } = await realm.client('shop')
        expect(attributes).toMatchObject({ 'backchannel.logout.url': `${app.url}/logout` })
      },
    },
  }))
})

describe('the guide on automation', () => {
  let realm: TestRealm
  let app: Receiver
  beforeAll(async () => {
    app = await startReceiver()
    const backchannelLogoutUrl = `${app.url}/logout`
    realm = await createRealm(keycloak, {
      clients: [
        { clientId: 'shop', backchannelLogoutUrl },
        { clientId: 'iot', backchannelLogoutUrl, frontchannelLogout: true },
      ],
      users: ['ada'],
    })
    await app.trust(realm)
    await signIn(realm, { user: 'ada', client: 'shop' })
  })
  afterAll(async () => {
    await realm.remove()
    await app.close()
  })

  follow('automation', () => ({
    settings: {
      KC_LOGOUT_SERVER: keycloak.url,
      KC_LOGOUT_REALM: realm.name,
      KC_LOGOUT_LOGIN_REALM: realm.name,
      KC_LOGOUT_CLIENT_ID: 'kc-logout-night',
      ADMIN: keycloak.admin.username,
    },
    types: { account: [{ when: 'Enter password', send: `${keycloak.admin.password}\r` }] },
  }))

  test.each([
    ['cronjob', 7],
    ['job', 0],
  ])('deploy/%s.yaml runs with the secret file of the guide: exit %i', async (name, code) => {
    const file = await readFile(new URL(`../../deploy/${name}.yaml`, import.meta.url), 'utf8')
    const secret = join(folder, 'automation', 'client-secret')
    const manifest = parse(
      file
        .replaceAll('https://keycloak.example.com', keycloak.url)
        .replaceAll('customers', realm.name)
        .replaceAll('/run/secrets/kc-logout/client-secret', secret),
    )
    const { template } = (manifest.kind === 'CronJob' ? manifest.spec.jobTemplate : manifest).spec
    const [{ args, env = [] }] = template.spec.containers
    if (name === 'job') await allowLogouts(realm, 'kc-logout-night')
    const given = Object.fromEntries(env.map((one: { name: string; value: string }) => [one.name, one.value]))
    const ran = await runCli(args, { env: given })
    expect(ran.code, ran.stdout + ran.stderr).toBe(code)
    expect(await app.logoutTokens('/logout')).toHaveLength(name === 'job' ? 1 : 0)
  })
})

/** Grants the service account of a client manage-users of realm-management. */
async function allowLogouts(realm: TestRealm, clientId: string): Promise<void> {
  const [own, management] = [await realm.client(clientId), await realm.client('realm-management')]
  const account = await realm.get<{ id: string }>(`/clients/${own.id}/service-account-user`)
  const role = await realm.get(`/clients/${management.id}/roles/manage-users`)
  await realm.post(`/users/${account.id}/role-mappings/clients/${management.id}`, [role])
}

describe('the guide for drills', () => {
  let realm: TestRealm
  const apps: Application[] = []
  beforeAll(async () => {
    realm = await createRealm(keycloak, { users: ['dora'], clients: [{ clientId: 'chat' }] })
    for (const clientId of ['shop', 'portal']) {
      const app = await startExpressOpenidConnect({
        issuer: realm.issuer,
        clientId,
        secret: secretOf(clientId),
      })
      const backchannelLogoutUrl = `${app.url}${LOGOUT_PATH}`
      const wired = clientId === 'shop' ? { backchannelLogoutUrl } : {}
      await realm.addClient({
        clientId,
        publicClient: false,
        redirectUris: [`${app.url}/callback`],
        ...wired,
      })
      apps.push(app)
    }
    await mkdir(join(folder, 'drill'))
    await writeFile(join(folder, 'drill', 'drill.pw'), PASSWORD)
    const pages = ['shop', 'portal'].map((clientId, i) => ({
      clientId,
      url: `${apps[i]?.url}/login`,
      logoutProbe: `${apps[i]?.url}/me`,
    }))
    await writeFile(join(folder, 'drill', 'drill.yaml'), JSON.stringify({ apps: pages }))
  })
  afterAll(async () => {
    await realm.remove()
    for (const app of apps) await app.close()
  })

  follow('drill', () => ({
    settings: {
      KC_LOGOUT_SERVER: keycloak.url,
      KC_LOGOUT_REALM: realm.name,
      KC_LOGOUT_USERNAME: keycloak.admin.username,
      KC_LOGOUT_PASSWORD: keycloak.admin.password,
      TESTER: 'dora',
      PASSWORD_FILE: 'drill.pw',
    },
    after: {
      file: async () => expect(await realm.sessionsOf('dora')).toEqual([]),
    },
  }))
})

test('every guide is tested', async () => {
  const files = await readdir(new URL('../../docs/guides/', import.meta.url))
  expect(files.sort()).toEqual([
    'administrator.md',
    'automation.md',
    'developer.md',
    'drill.md',
    'incident.md',
    'proof.md',
  ])
})

test('the guide on automation gives the reason for each command that is not run', () => {
  const { steps, notRun } = readGuide('automation')
  expect(steps.map(({ name }) => name)).toEqual(['account', 'doctor', 'check'])
  expect(notRun).toHaveLength(2)
})

// Its commands want a Keycloak with DEBUG entries or traces: evidence.test.ts runs the same options on one.
test('the guide on proof gives the reason for each command that is not run', () => {
  const { steps, notRun } = readGuide('proof')
  expect(steps).toEqual([])
  expect(notRun).toHaveLength(3)
})
