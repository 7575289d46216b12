import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { ReceivedRequest } from '../../src/commands/listen/view.ts'
import { send } from '../support/http.ts'
import { freePorts } from '../support/keycloak/ports.ts'
import { skipWithout } from '../support/programs.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, cleanEnvironment, PROGRAM, type Ran, runCli } from '../support/run-cli.ts'
import { signIn } from '../support/sign-in.ts'

const keycloak = inject('keycloak')
const freePort = async () => (await freePorts(1))[0] ?? 0
const HANG_UP = fileURLToPath(new URL('../support/hang-up.py', import.meta.url))

describe('kc-logout listen, on a real Keycloak', () => {
  let realm: TestRealm
  let app: Receiver
  let folder: string
  let port = 0
  beforeAll(async () => {
    app = await startReceiver()
    realm = await createRealm(keycloak, { users: ['ada'] })
  })
  afterAll(async () => {
    await realm.remove()
    await app.close()
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-live-'))
    port = await freePort()
    await realm.addClient({
      clientId: `shop-${port}`,
      backchannelLogoutUrl: `${app.url}/bc`,
      adminUrl: `${app.url}/adm`,
      frontchannelLogout: true,
    })
    app.behave({})
    app.clear()
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const env = () => ({ ...adminEnv(keycloak, realm.name), KC_LOGOUT_CONFIG_DIR: folder })
  const settings = async () => {
    const { adminUrl, frontchannelLogout, attributes } = await realm.client(`shop-${port}`)
    return [(attributes as Record<string, string>)['backchannel.logout.url'], adminUrl, frontchannelLogout]
  }
  const former = () => [`${app.url}/bc`, `${app.url}/adm`, true]

  /** Starts the program and waits until it has taken the client over. */
  async function takeOver(...args: string[]) {
    let program: { pid: number; signal(name: NodeJS.Signals): void } | undefined
    const ran = runCli(
      ['listen', '--take-over', `shop-${port}`, '--yes', '--json', '--port', String(port), ...args],
      {
        env: env(),
        onStart: (started) => {
          program = started
        },
      },
    )
    await until(async () => (await settings())[0] !== `${app.url}/bc`)
    return { ran, signal: (name: NodeJS.Signals) => program?.signal(name) }
  }
  const receivedRequests = ({ stdout }: Ran) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ReceivedRequest)
  const logOut = async () => {
    const { sid } = await signIn(realm, { user: 'ada', client: `shop-${port}` })
    await realm.delete(`/sessions/${sid}`)
  }

  test('takes the client over, forwards requests, prints the answers of the application, and restores', async () => {
    app.behave({ status: 400, body: 'no session of that name' })
    const { ran } = await takeOver('--count', '1')
    expect((await settings())[2]).toBe(false)
    await logOut()
    const done = await ran
    expect(done.code, done.stderr).toBe(0)
    const [received] = receivedRequests(done)
    expect(received).toMatchObject({
      kind: 'logout',
      token: { verdict: 'pass', signature: { status: 'valid' } },
      answered: { status: 400, body: 'no session of that name' },
      forwarded: { status: 400, body: 'no session of that name' },
    })
    expect(received?.rules.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual(['R05'])
    expect(app.requests.map(({ path }) => path)).toEqual(['/bc'])
    expect(await settings()).toEqual(former())
  })

  test.each([
    ['Ctrl-C', 'SIGINT', 130],
    ['a termination', 'SIGTERM', 143],
    ['a closed terminal', 'SIGHUP', 'SIGHUP'],
  ] as const)('%s restores the client (%s, exit %s)', async (_, name, end) => {
    const { ran, signal } = await takeOver()
    signal(name)
    const done = await ran
    expect(done.code ?? done.signal).toBe(end)
    expect(await settings()).toEqual(former())
  })

  test('a closed terminal restores the client without a core dump', async () => {
    await skipWithout('python3')
    const hungUp = promisify(execFile)(
      'python3',
      [
        HANG_UP,
        'points here',
        process.execPath,
        PROGRAM,
        'listen',
        '--take-over',
        `shop-${port}`,
        '--yes',
        '--port',
        '0',
      ],
      { env: cleanEnvironment(env()) },
    )
    expect(Number((await hungUp).stdout)).toBe(-1)
    expect(await settings()).toEqual(former())
  })

  test('after kill -9, listen --restore restores the client', async () => {
    const { ran, signal } = await takeOver()
    signal('SIGKILL')
    expect((await ran).signal).toBe('SIGKILL')
    expect(await settings()).not.toEqual(former())
    expect(await readdir(folder)).toHaveLength(1)
    expect((await runCli(['listen', '--restore'], { env: env() })).code).toBe(0)
    expect(await settings()).toEqual(former())
    expect(await readdir(folder)).toEqual([])
  })

  test('after kill -9, the next start restores the client before it takes over again', async () => {
    const first = await takeOver()
    first.signal('SIGKILL')
    await first.ran
    const before = port
    port = await freePort()
    await realm.addClient({
      clientId: `shop-${port}`,
      backchannelLogoutUrl: `${app.url}/bc`,
      adminUrl: `${app.url}/adm`,
      frontchannelLogout: true,
    })
    const { ran, signal } = await takeOver()
    signal('SIGINT')
    await ran
    port = before
    expect(await settings()).toEqual(former())
  })

  test('every action below an Admin URL arrives and is verified', async () => {
    const { ran } = await takeOver('--count', '1', '--respond', '200')
    const id = await realm.idOfClient(`shop-${port}`)
    const answer = await realm.get<{ successRequests?: string[] }>(`/clients/${id}/test-nodes-available`)
    expect(answer.successRequests).toHaveLength(1)
    expect(receivedRequests(await ran)).toMatchObject([
      { kind: 'admin-action', path: '/kc-logout-listen/admin/k_test_available', token: { verdict: 'pass' } },
    ])
  })

  test('a forged token is reported, whatever the application answers', async () => {
    const { ran } = await takeOver('--count', '1')
    const answer = await send('POST', `http://127.0.0.1:${port}/kc-logout-listen/backchannel`, {
      form: { logout_token: 'eyJhbGciOiJub25lIn0.e30.' },
    })
    // Keycloak gets the application's answer, which accepts anything here; R06 reports that.
    expect(answer.status).toBe(200)
    expect(
      receivedRequests(await ran)[0]
        ?.rules.filter(({ status }) => status === 'fail')
        .map(({ id }) => id),
    ).toContain('R06')
  })
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the condition did not become true')
}
