import type { Accounts } from '../../src/auth/accounts.ts'
import type { Context } from '../../src/cli/context.ts'
import type { Probe } from '../../src/commands/doctor/probe/probe.ts'
import type { RealmChoice } from '../../src/config/global-options.ts'
import type { Settings } from '../../src/config/settings.ts'
import type { RolesHeld } from '../../src/core/roles.ts'
import { EXIT, UserError, usageError } from '../../src/errors.ts'
import { httpOptions } from '../../src/keycloak/http/http-options.ts'
import { realmContexts } from '../../src/realm-contexts.ts'
import type { Progress } from '../../src/ui/output.ts'
import { plain } from '../../src/ui/palette.ts'
import { printer, type Sink } from '../../src/ui/printer.ts'
import { renderLine } from '../../src/ui/render.ts'
import { type VirtualClock, virtualClock } from './clock.ts'
import type { FakeKeycloak } from './fake-keycloak.ts'

/** The environment of one command: files, clock, answers of the user, and so on. */
export interface World {
  /** The user's answer to questions; undefined: not a terminal. */
  readonly agrees?: boolean
  /** What the user types if a word is expected; otherwise `agrees` decides. */
  readonly types?: string
  /** Called after the plan is confirmed, before anything is changed. */
  readonly onAgreed?: () => void
  /** Text by path; `-` is stdin. */
  readonly files?: Readonly<Record<string, string>>
  /** Writing a file fails. */
  readonly diskFull?: boolean
  /** The target realm as given; default: the realm of the fake Keycloak. */
  readonly realm?: string
  /** Other realms of the server; the account sees them after that of the fake Keycloak. */
  readonly others?: readonly FakeKeycloak[]
  /** Documents that can be fetched, by URL; other URLs are a 404. */
  readonly documents?: Readonly<Record<string, unknown>>
  /** The Date header of fetched documents, in milliseconds. */
  readonly serverDate?: number
  /** Milliseconds; overrides the clock. */
  readonly now?: number
  readonly clock?: VirtualClock
  /** Changed settings; `server: undefined` and so on for missing ones. */
  readonly settings?: Partial<Settings>
  readonly columns?: number
  readonly signal?: AbortSignal
  /** The folder of take-overs. */
  readonly stateFolder?: string
  /** Running processes; this one is 1. */
  readonly running?: readonly number[]
  /** Environment variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Results of probing URLs; without it, probing fails the test. */
  readonly probe?: Probe
  /** The roles of the caller; without it, reading them fails the test. */
  readonly roles?: RolesHeld
  /** Names for completion. */
  readonly names?: Readonly<Record<string, readonly string[]>>
  /** URLs that accept connections. */
  readonly reachable?: readonly string[]
  /** Starts of URLs at which nothing accepts a connection. */
  readonly dead?: readonly string[]
}

/** A context, and what was written, asked and fetched through it. */
export interface TestContext {
  readonly ctx: Context
  readonly out: Sink
  readonly err: Sink
  readonly written: { out: string; err: string }
  /** The questions asked, in order. */
  readonly asked: string[]
  /** The URLs of fetched documents. */
  readonly fetched: string[]
  /** Comments for the User-Agent. */
  readonly announced: string[]
  /** Shown progress: a phase as `name (total)`, a note as its text. */
  readonly progress: string[]
  /** Written files, by path. */
  readonly saved: Record<string, string>
}

/** Creates a context in which only Keycloak, files, clock and answers are fake. */
export function testContext(
  keycloak: FakeKeycloak,
  world: World = {},
  {
    json = false,
    quiet = false,
    several,
  }: { json?: boolean | undefined; quiet?: boolean | undefined; several?: RealmChoice | undefined } = {},
): TestContext {
  const written = { out: '', err: '' }
  const sink = (name: 'out' | 'err'): Sink => ({
    palette: plain,
    screen: { columns: world.columns ?? 80 },
    write: (text) => {
      written[name] += text
    },
    drained: () => Promise.resolve(),
  })
  if (world.roles) keycloak.roles = world.roles
  const [out, err] = [sink('out'), sink('err')]
  const asked: string[] = []
  const fetched: string[] = []
  const announced: string[] = []
  const progress: string[] = []
  const saved: Record<string, string> = {}
  const clock = world.clock ?? virtualClock()
  const signal = world.signal ?? new AbortController().signal
  const settings: Settings = { ...settingsOf(keycloak, world.realm ?? keycloak.realm), ...world.settings }
  const base: Omit<Context, 'several'> = {
    print: printer({ out, err, json, quiet, progress: () => recordedProgress(progress) }),
    ask: asker(asked, world),
    files: filesOf(world.files ?? {}, saved, world.diskFull),
    host: {
      env: { KC_LOGOUT_CONFIG_DIR: world.stateFolder ?? '/nowhere', ...world.env },
      pid: 1,
      isAlive: (pid) => world.running?.includes(pid) ?? pid === 1,
    },
    signal,
    announce: (comment) => void announced.push(comment),
    now: () => world.now ?? clock.now(),
    sleep: (ms) => (signal.aborted ? Promise.resolve() : clock.sleep(ms)),
    fetchJson: fetcher(fetched, world),
    settings: async () => settings,
    accounts: () =>
      world.roles
        ? Promise.resolve(signedInWith(keycloak, world.roles))
        : Promise.reject(new Error('no account in this test')),
    http: () =>
      httpOptions(
        { caFile: settings.caFile?.value, insecure: settings.insecure, timeout: 20_000 },
        { files: filesOf(world.files ?? {}), signal, userAgent: 'kc-logout/test' },
      ),
    keycloakAfterwards: async () => keycloak,
    async keycloak() {
      if (!settings.realm) throw usageError('realm-missing', 'No realm is given.', 'Give -r.')
      return keycloak
    },
  }
  const ctx: Context = { ...base, several: several && severalRealms(several, base, keycloak, world) }
  return { ctx, out, err, written, asked, fetched, announced, progress, saved }
}

function severalRealms(
  choice: RealmChoice,
  base: Omit<Context, 'several'>,
  keycloak: FakeKeycloak,
  { others = [] }: World,
) {
  const realms = [keycloak, ...others]
  const realm = (name: string) => {
    const found = realms.find((one) => one.realm === name)
    if (found) return found
    throw new UserError('realm-not-found', `Realm ${name} was not found.`, { exitCode: EXIT.notFound })
  }
  return realmContexts(choice, {
    base,
    openServer: async () => ({
      realm,
      visibleRealms: async () => realms.map((one) => one.realm),
      async close() {},
    }),
    withProfile: (name) => ({
      settings: async () => ({ ...(await base.settings()), realm: { value: name, source: 'profile' } }),
      keycloak: async () => realm(name),
    }),
  })
}

function signedInWith({ server }: FakeKeycloak, roles: RolesHeld): Accounts {
  const accounts: Partial<Accounts> = {
    whoAmI: async () => ({
      server,
      username: 'admin',
      clientId: 'admin-cli',
      tokenExpires: undefined,
      roles,
      sight: { isAll: true, notVisible: [] },
    }),
  }
  return accounts as Accounts
}

const recordedProgress = (recorded: string[]): Progress => ({
  phase: (name, total) => void recorded.push(total === undefined ? name : `${name} (${total})`),
  update() {},
  note: (line) => void recorded.push(renderLine(line, plain)),
  stop() {},
})

function asker(asked: string[], { agrees, types, onAgreed }: World): Context['ask'] {
  const possible = agrees !== undefined || types !== undefined
  return {
    possible,
    async confirm(question, { flag, expected, given }) {
      if (given) return
      if (!possible)
        throw new UserError('confirmation-wanted', `Not a terminal: ${flag}.`, {
          exitCode: EXIT.declined,
        })
      asked.push(question)
      const agreed = expected === undefined || types === undefined ? agrees : types === expected
      if (!agreed) throw new UserError('declined', 'Declined.', { exitCode: EXIT.declined })
      onAgreed?.()
    },
    secret: () => Promise.reject(new Error('no secret in this test')),
    text: () => Promise.reject(new Error('no text input in this test')),
  }
}

const fetcher =
  (fetched: string[], { documents = {}, serverDate }: World): Context['fetchJson'] =>
  async (url) => {
    fetched.push(url)
    const body = documents[url]
    if (body instanceof Error) throw body
    if (body !== undefined) return { body, date: serverDate }
    throw new UserError('not-found', `There is nothing at ${url} (HTTP 404).`, { exitCode: EXIT.notFound })
  }

const filesOf = (
  texts: Readonly<Record<string, string>>,
  saved: Record<string, string> = {},
  diskFull = false,
): Context['files'] => ({
  stdinIsPiped: '-' in texts,
  async read(path) {
    const text = texts[path]
    if (text === undefined) throw usageError('not-readable', `Cannot read ${path}`, undefined)
    return text
  },
  async *lines(path) {
    yield* (texts[path] ?? '').split('\n')
  },
  async *logText(path, { follow }) {
    yield texts[path] ?? ''
    if (follow) yield ''
  },
  async followFromEnd(path) {
    if (!(path in texts)) throw usageError('not-readable', `Cannot read ${path}`, undefined)
    return (async function* () {
      yield texts[path] ?? ''
      yield ''
    })()
  },
  async requireFree(path) {
    if (path in texts) throw usageError('file-there', `${path} already exists.`, undefined)
  },
  async write(path, text) {
    if (diskFull) throw new UserError('not-written', `Cannot write ${path}: no space left on the disk.`)
    saved[path] = text
  },
})

const settingsOf = ({ server }: FakeKeycloak, realm: string): Settings => ({
  server: { value: server, source: '--server' },
  realm: { value: realm, source: '--realm' },
  loginRealm: { value: 'master', source: 'default' },
  clientId: { value: 'admin-cli', source: 'default' },
  username: { value: 'admin', source: '--username' },
  password: undefined,
  clientSecret: undefined,
  token: undefined,
  caFile: undefined,
  insecure: false,
  allowHttp: false,
  timeout: 30_000,
})
