import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach } from 'vitest'
import type { ReceivedRequest } from '../../src/commands/listen/view.ts'
import { commandLine, type Ran, type World } from './command-line.ts'
import { FakeKeycloak } from './fake-keycloak.ts'
import { type Answer, send } from './http.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { ISSUER, NOW, testKeys } from './tokens.ts'

export interface Listening {
  readonly url: string
  readonly ran: Promise<Ran>
  /** Stops it like Ctrl-C. */
  stop(): Promise<Ran>
  post(token: string, more?: Record<string, string>, path?: string): Promise<Answer>
}

/** A fake Keycloak, a folder for takeovers and receivers for the tests of one file; new ones for each test. */
export function listening() {
  let jwks: unknown
  let folder = ''
  let keycloak = new FakeKeycloak()
  const receivers: Receiver[] = []
  beforeAll(async () => {
    jwks = (await testKeys()).jwks
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-test-'))
    keycloak = new FakeKeycloak()
  })
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true })
    await Promise.all(receivers.splice(0).map((each) => each.close()))
  })

  /** Starts `listen` on a free port with the test keys, and waits until it is ready. */
  async function listen(args: string[] = [], world: World = {}): Promise<Listening> {
    const port = await freePort()
    const controller = new AbortController()
    const ran = commandLine(keycloak, {
      ...(world.clock ? {} : { now: NOW * 1000 }),
      settings: args.includes('--take-over') ? {} : { server: undefined, realm: undefined },
      signal: controller.signal,
      stateFolder: folder,
      documents: {
        [`${ISSUER}/.well-known/openid-configuration`]: { issuer: ISSUER, jwks_uri: 'https://keys' },
        'https://keys': jwks,
      },
      ...world,
      files: { 'keys.json': JSON.stringify(jwks), ...world.files },
    })('listen', '--port', String(port), '--issuer', ISSUER, ...args)
    const url = `http://127.0.0.1:${port}`
    await Promise.race([connected(port), ran])
    return {
      url,
      ran,
      stop: () => {
        controller.abort('SIGINT')
        return ran
      },
      post: (token, more = {}, path = '/bc') =>
        send('POST', url + path, { form: { logout_token: token, ...more } }),
    }
  }

  return {
    listen,
    get keycloak() {
      return keycloak
    },
    get folder() {
      return folder
    },
    async receiver() {
      const receiver = await startReceiver()
      receivers.push(receiver)
      return receiver
    },
  }
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

async function connected(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    // The port is open before the listener is ready.
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (isOpen) return
  }
}

/** The JSON documents that `listen` printed. */
export const lines = ({ stdout }: Ran) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ReceivedRequest & { schemaVersion: number })

/** The ids of the failed rules. */
export const failedRules = (received: ReceivedRequest | undefined) =>
  received?.rules.filter(({ status }) => status === 'fail').map(({ id }) => id)

/** Waits until a condition holds, at most 2 s. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('the condition did not become true')
}
