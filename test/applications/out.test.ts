import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, type TaskMeta, test } from 'vitest'
import type { DrillOutcome } from '../../src/commands/drill/outcome.ts'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import { APACHE_LOGOUT_PATH, startApache } from '../support/applications/apache.ts'
import { type Application, personAt, signInAt } from '../support/applications/application.ts'
import { startDjango } from '../support/applications/django.ts'
import { LOGOUT_PATH, startExpressOpenidConnect } from '../support/applications/express-openid-connect.ts'
import { startKeycloakConnect } from '../support/applications/keycloak-connect.ts'
import type { ClientOfApplication } from '../support/applications/program.ts'
import { SPRING_LOGOUT_PATH, startSpring } from '../support/applications/spring.ts'
import { Browser } from '../support/browser.ts'
import { type CapturingProxy, startCapturingProxy } from '../support/capturing-proxy.ts'
import { folderOfTest } from '../support/folder.ts'
import { type ClientSpec, createRealm, PASSWORD, secretOf, type TestRealm } from '../support/realm.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { isSignedIn } from '../support/sign-in.ts'
import { factsOf } from '../support/versions.ts'

interface Cell {
  readonly row: string
  readonly column: string
  readonly seen: string
}

declare module 'vitest' {
  interface TaskMeta {
    /** Cells of the table in docs/applications.md. */
    cells?: Cell[]
    /** Version of the server. */
    keycloak?: string
  }
}

const keycloak = inject('keycloak')
const { ownUserLogoutNotifies } = factsOf(keycloak.version)
const BROWSERS = 2
type Result = 'out' | 'in' | `out in ${number} of 2 browsers`

interface Row {
  readonly name: string
  /** Path at which a sign-in starts. */
  readonly start: string
  /** @param notified address at which Keycloak calls it: a proxy that records the answers */
  readonly client: (url: string, notified: string) => Partial<ClientSpec>
  readonly application: (client: ClientOfApplication, realm: TestRealm) => Promise<Application>
  /** Expectation or reason that kc-logout gives for the end of a session. */
  readonly predicted: string
  readonly out: Readonly<Record<Operation, Result>>
  /** Status with which it answers Keycloak; undefined if it is not called. */
  readonly answers?: number
  /** Does a logout token without a `sid` sign the user out? */
  readonly outWithoutSid?: boolean
  /** Seconds until the application checks the user again by itself. */
  readonly wait?: number
}

const OPERATIONS = [
  'kc-logout user',
  'Keycloak: sign out the user',
  'kc-logout all',
  'Keycloak: sign out all',
] as const
type Operation = (typeof OPERATIONS)[number]

const ofBackchannel = {
  'kc-logout user': 'out',
  'Keycloak: sign out the user': ownUserLogoutNotifies === 'each session' ? 'out' : 'out in 1 of 2 browsers',
  'kc-logout all': 'out',
  'Keycloak: sign out all': 'in',
} as const
const always = (result: Result) =>
  Object.fromEntries(OPERATIONS.map((name) => [name, result])) as Record<Operation, Result>

const ROWS: Row[] = [
  {
    name: 'express-openid-connect, `backchannelLogout: true`',
    start: '/login',
    client: (url, notified) => ({
      backchannelLogoutUrl: `${notified}${LOGOUT_PATH}`,
      redirectUris: [`${url}/callback`],
    }),
    application: startExpressOpenidConnect,
    predicted: 'notified',
    out: ofBackchannel,
    answers: 204,
    outWithoutSid: true,
  },
  {
    name: 'Spring Boot, `oidcLogout(backChannel)`',
    start: '/me',
    client: (url, notified) => ({
      backchannelLogoutUrl: `${notified}${SPRING_LOGOUT_PATH}`,
      redirectUris: [`${url}/login/oauth2/code/keycloak`],
    }),
    application: startSpring,
    predicted: 'notified',
    out: ofBackchannel,
    answers: 200,
    outWithoutSid: true,
  },
  {
    name: 'Apache, mod_auth_openidc, `server-cache`',
    start: '/me',
    client: (url, notified) => ({
      backchannelLogoutUrl: `${notified}${APACHE_LOGOUT_PATH}`,
      redirectUris: [`${url}/oidc`],
    }),
    application: (client) => startApache(client),
    predicted: 'notified',
    out: ofBackchannel,
    answers: 200,
    outWithoutSid: false,
  },
  {
    name: 'Apache, mod_auth_openidc, `client-cookie`',
    start: '/me',
    client: (url, notified) => ({
      backchannelLogoutUrl: `${notified}${APACHE_LOGOUT_PATH}`,
      redirectUris: [`${url}/oidc`],
    }),
    application: (client) => startApache(client, 'client-cookie'),
    predicted: 'notified',
    out: always('in'),
    answers: 200,
    outWithoutSid: false,
  },
  {
    name: 'keycloak-connect, Admin URL',
    start: '/me',
    client: (url, notified) => ({ adminUrl: notified, redirectUris: [`${url}/*`], publicClient: true }),
    application: ({ clientId }, realm) =>
      startKeycloakConnect({ server: keycloak.url, realm: realm.name, clientId }),
    predicted: 'no-adapter-session',
    out: always('out'),
    answers: 200,
  },
  {
    name: 'mozilla-django-oidc',
    start: '/oidc/authenticate/',
    client: (url) => ({ redirectUris: [`${url}/oidc/callback/`] }),
    application: (client) => startDjango(client),
    predicted: 'no-url',
    out: always('in'),
  },
  {
    name: 'mozilla-django-oidc with `SessionRefresh`, when its interval has passed',
    start: '/oidc/authenticate/',
    client: (url) => ({ redirectUris: [`${url}/oidc/callback/`] }),
    application: (client) => startDjango(client, { renewSeconds: 2 }),
    predicted: 'no-url',
    out: always('out'),
    wait: 3,
  },
]

describe.each(ROWS)('$name', ({ name, start, client, application, predicted, out, answers, wait = 0 }) => {
  let realm: TestRealm
  let app: Application
  let proxy: CapturingProxy

  beforeAll(async () => {
    realm = await createRealm(keycloak, { users: ['ada'] })
    const secret = secretOf('app')
    const id = await realm.addClient({ clientId: 'app', publicClient: false, secret })
    app = await application({ issuer: realm.issuer, clientId: 'app', secret }, realm)
    proxy = await startCapturingProxy(() => app.url)
    // The URL is known only now.
    await realm.delete(`/clients/${id}`)
    await realm.addClient({ clientId: 'app', publicClient: false, secret, ...client(app.url, proxy.url) })
  })
  afterAll(async () => {
    await proxy?.close()
    await app?.close()
    await realm?.remove()
  })

  const run = async (...args: string[]) => {
    const ran = await runCli([...args, '--json'], { env: adminEnv(keycloak, realm.name) })
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    return ran
  }
  const operations: Record<Operation, () => Promise<unknown>> = {
    'kc-logout user': async () => {
      const [user] = (await run('user', 'ada', '--yes')).json<UserOutcome>().users
      expect(user?.clients.map(({ reason, expectation }) => reason ?? expectation)).toEqual([predicted])
    },
    'Keycloak: sign out the user': async () => realm.post(`/users/${await realm.idOfUser('ada')}/logout`),
    'kc-logout all': () => run('all', '--confirm', realm.name),
    'Keycloak: sign out all': () => realm.post('/logout-all'),
  }

  test.for(OPERATIONS)('%s', async (operation, { task }) => {
    const browsers = Array.from({ length: BROWSERS }, () => new Browser())
    for (const browser of browsers) await signInAt(app, start, { realm, user: 'ada', browser })
    expect(await realm.sessionsOf('ada')).toHaveLength(BROWSERS)
    // A not-before is a whole second, and a token of the same second stays valid.
    await sleep(1_100)
    await operations[operation]()
    expect(await realm.sessionsOf('ada')).toEqual([])
    if (answers && operation === 'kc-logout user') {
      const statuses = (await proxy.take()).map(({ status }) => status)
      note(task, { row: name, column: 'answers', seen: [...new Set(statuses)].join(', ') })
      expect(statuses).toEqual(Array(BROWSERS).fill(answers))
    }
    proxy.clear()
    if (wait > 0) await sleep(wait * 1_000)
    const users = await Promise.all(browsers.map((browser) => personAt(app, browser)))
    const count = users.filter((user) => user === undefined).length
    const seen: Result = count === BROWSERS ? 'out' : count === 0 ? 'in' : `out in ${count} of 2 browsers`
    note(task, { row: name, column: operation, seen })
    expect(seen).toBe(out[operation])
    // Whatever the application does, a new sign-in needs the password.
    if (app.url && seen === 'out')
      expect(await isSignedIn(realm, browsers[0] ?? new Browser(), 'app')).toBe(false)
  })

  const drilled = async () => {
    const folder = await folderOfTest()
    const file = join(folder, 'drill.json')
    const page = { clientId: 'app', url: `${app.url}${start}`, logoutProbe: `${app.url}/me` }
    await writeFile(file, JSON.stringify({ apps: [page] }))
    await writeFile(join(folder, 'pw'), PASSWORD)
    const ran = await runCli(
      [
        'drill',
        '--user',
        'ada',
        '--user-password-file',
        join(folder, 'pw'),
        '--file',
        file,
        '--wait',
        '6',
        '--json',
      ],
      { env: adminEnv(keycloak, realm.name) },
    )
    expect(await realm.sessionsOf('ada')).toEqual([])
    const [client] = ran.json<DrillOutcome>().clients
    return client?.verdict
  }
  /** What this test sees with a browser of its own, after the time that the application takes. */
  const seenByBrowser = async () => {
    const browser = new Browser()
    await signInAt(app, start, { realm, user: 'ada', browser })
    await sleep(1_100)
    await runCli(['user', 'ada', '--yes'], { env: adminEnv(keycloak, realm.name) })
    await sleep(wait * 1_000)
    const isOut = (await personAt(app, browser)) === undefined
    return isOut ? (wait > 0 ? 'out-later' : 'out') : 'still-in'
  }

  test('kc-logout drill says what a browser sees, with logout URLs and without', async () => {
    const wired = out['kc-logout user'] === 'in' ? 'still-in' : wait > 0 ? 'out-later' : 'out'
    expect([await drilled(), await seenByBrowser()]).toEqual([wired, wired])
    const representation = await realm.client('app')
    await realm.put(`/clients/${representation.id}`, {
      ...representation,
      adminUrl: '',
      attributes: { ...(representation.attributes as object), 'backchannel.logout.url': '' },
    })
    const unwired = wait > 0 ? 'out-later' : 'still-in'
    expect([await drilled(), await seenByBrowser()]).toEqual([unwired, unwired])
  })
})

describe('logout tokens without a sid ("Backchannel logout session required" off)', () => {
  const notified = ROWS.filter(({ predicted }) => predicted === 'notified')
  test.for(notified)('$name', async (row, { task }) => {
    const { name, start, client, application, answers, outWithoutSid } = row
    const realm = await createRealm(keycloak, { users: ['ada', 'bob'] })
    const secret = secretOf('app')
    const id = await realm.addClient({ clientId: 'app', publicClient: false, secret })
    const app = await application({ issuer: realm.issuer, clientId: 'app', secret }, realm)
    const proxy = await startCapturingProxy(() => app.url)
    try {
      await realm.delete(`/clients/${id}`)
      const set = client(app.url, proxy.url)
      await realm.addClient({ clientId: 'app', publicClient: false, secret, ...set, sessionRequired: false })
      const [ada, bob] = [new Browser(), new Browser()]
      await signInAt(app, start, { realm, user: 'ada', browser: ada })
      await signInAt(app, start, { realm, user: 'bob', browser: bob })
      const ran = await runCli(['user', 'ada', '--yes'], { env: adminEnv(keycloak, realm.name) })
      expect(ran.code, ran.stderr).toBe(0)
      const [answer] = await proxy.take()
      const isOut = (await personAt(app, ada)) === undefined
      note(task, { row: name, column: 'without sid', seen: `${isOut ? 'out' : 'in'} (${answer?.status})` })
      expect([isOut, answer?.status]).toEqual([outWithoutSid, answers])
      expect(await personAt(app, bob)).toBe('bob')
    } finally {
      await proxy.close()
      await app.close()
      await realm.remove()
    }
  })
})

/** Records a cell of the table, whether expected or not. */
function note({ meta }: { meta: TaskMeta }, cell: Cell): void {
  meta.cells = [...(meta.cells ?? []), cell]
  meta.keycloak = keycloak.version
}
