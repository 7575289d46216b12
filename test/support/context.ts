import type { Accounts } from '../../src/auth/accounts.ts'
import type { Context } from '../../src/cli/context.ts'
import type { Probe } from '../../src/commands/doctor/probe/probe.ts'
import type { Settings } from '../../src/config/settings.ts'
import type { RolesHeld } from '../../src/core/roles.ts'
import { EXIT, UserError, usageError } from '../../src/errors.ts'
import { httpOptions } from '../../src/keycloak/http/http-options.ts'
import type { Progress } from '../../src/ui/output.ts'
import { plain } from '../../src/ui/palette.ts'
import { printer, type Sink } from '../../src/ui/printer.ts'
import { renderLine } from '../../src/ui/render.ts'
import { type VirtualClock, virtualClock } from './clock.ts'
import type { FakeKeycloak } from './fake-keycloak.ts'

/** The world of one command: what lies on the person's desk, and who sits there. */
export interface World {
  /** What the person answers; undefined: there is no terminal to ask at. */
  readonly agrees?: boolean
  /** What the person types where a word is wanted rather than yes; without it `agrees` decides. */
  readonly types?: string
  /** Called when the plan was agreed to, before anything is done. */
  readonly onAgreed?: () => void
  /** Text by path; `-` is stdin. */
  readonly files?: Readonly<Record<string, string>>
  /** There is no room when a file is written. */
  readonly diskFull?: boolean
  /** The realm acted on as it was given; default: the realm of the Keycloak. */
  readonly realm?: string
  /** Documents that can be fetched, by URL; anything else is a 404. */
  readonly documents?: Readonly<Record<string, unknown>>
  /** What the Date header of fetched documents says; milliseconds. */
  readonly serverDate?: number
  /** Milliseconds; wins over the clock's. */
  readonly now?: number
  readonly clock?: VirtualClock
  /** Settings that are other than usual; `server: undefined` and so on for none. */
  readonly settings?: Partial<Settings>
  readonly columns?: number
  readonly signal?: AbortSignal
  /** Where take-overs are kept. */
  readonly stateFolder?: string
  /** Processes that run; this one is 1. */
  readonly running?: readonly number[]
  /** The environment, where a command reads it. */
  readonly env?: Readonly<Record<string, string>>
  /** How URLs look from here; without it looking at one fails the test. */
  readonly probe?: Probe
  /** What the roles of whoever is signed in are enough for; without it asking for them fails the test. */
  readonly roles?: RolesHeld
  /** Names to complete with. */
  readonly names?: Readonly<Record<string, readonly string[]>>
  /** URLs at which something answers from here. */
  readonly reachable?: readonly string[]
}

/** A context, and what came of it. */
export interface TestContext {
  readonly ctx: Context
  readonly out: Sink
  readonly err: Sink
  readonly written: { out: string; err: string }
  /** What was asked, in order. */
  readonly asked: string[]
  /** The URLs of documents that were asked for. */
  readonly fetched: string[]
  /** What progress showed: a phase as `name (total)`, a note as its text. */
  readonly progress: string[]
  /** Files that were written, by path. */
  readonly saved: Record<string, string>
}

/** Everything is real but Keycloak, the files, the clock and the person. */
export function testContext(
  keycloak: FakeKeycloak,
  world: World = {},
  { json = false, quiet = false }: { json?: boolean | undefined; quiet?: boolean | undefined } = {},
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
  const [out, err] = [sink('out'), sink('err')]
  const asked: string[] = []
  const fetched: string[] = []
  const progress: string[] = []
  const saved: Record<string, string> = {}
  const clock = world.clock ?? virtualClock()
  const signal = world.signal ?? new AbortController().signal
  const settings: Settings = { ...settingsOf(keycloak, world.realm ?? keycloak.realm), ...world.settings }
  const ctx: Context = {
    print: printer({ out, err, json, quiet, progress: () => remembered(progress) }),
    ask: asker(asked, world),
    files: filesOf(world.files ?? {}, saved, world.diskFull),
    host: {
      env: { KC_LOGOUT_CONFIG_DIR: world.stateFolder ?? '/nowhere', ...world.env },
      pid: 1,
      isAlive: (pid) => world.running?.includes(pid) ?? pid === 1,
    },
    signal,
    now: () => world.now ?? clock.now(),
    sleep: (ms) => (signal.aborted ? Promise.resolve() : clock.sleep(ms)),
    fetchJson: fetcher(fetched, world),
    settings: async () => settings,
    accounts: () =>
      world.roles
        ? Promise.resolve(signedInWith(keycloak, world.roles))
        : Promise.reject(new Error('nobody signs in here')),
    http: () =>
      httpOptions(
        { caFile: settings.caFile?.value, insecure: settings.insecure, timeout: 2000 },
        { files: filesOf(world.files ?? {}), signal, userAgent: 'kc-logout/test' },
      ),
    keycloakAfterwards: async () => keycloak,
    async keycloak() {
      if (!settings.realm) throw usageError('realm-missing', 'No realm is given.', 'Give -r.')
      return keycloak
    },
  }
  return { ctx, out, err, written, asked, fetched, progress, saved }
}

function signedInWith({ server }: FakeKeycloak, roles: RolesHeld): Accounts {
  const accounts: Partial<Accounts> = {
    whoAmI: async () => ({
      server,
      username: 'admin',
      clientId: 'admin-cli',
      tokenExpires: undefined,
      roles,
    }),
  }
  return accounts as Accounts
}

const remembered = (shown: string[]): Progress => ({
  phase: (name, total) => void shown.push(total === undefined ? name : `${name} (${total})`),
  update() {},
  note: (line) => void shown.push(renderLine(line, plain)),
  stop() {},
})

function asker(asked: string[], { agrees, types, onAgreed }: World): Context['ask'] {
  const possible = agrees !== undefined || types !== undefined
  return {
    possible,
    async agree(question, { flag, expected }) {
      if (!possible)
        throw new UserError('confirmation-wanted', `Nobody can be asked: ${flag}.`, {
          exitCode: EXIT.declined,
        })
      asked.push(question)
      const agreed = expected === undefined || types === undefined ? agrees : types === expected
      if (!agreed) throw new UserError('declined', 'Declined.', { exitCode: EXIT.declined })
      onAgreed?.()
    },
    secret: () => Promise.reject(new Error('no secret is asked for here')),
    text: () => Promise.reject(new Error('no text is asked for here')),
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
  async *logLines(path) {
    yield (texts[path] ?? '').split('\n')
    // As a file that ends with a line break: nothing is open then.
    yield []
  },
  async requireFree(path) {
    if (path in texts) throw usageError('file-there', `${path} is there already.`, undefined)
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
