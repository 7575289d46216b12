import type { Context, SeveralRealms } from './cli/context.ts'
import { openTerminal } from './cli/create-terminal.ts'
import type { ProcessHost } from './cli/host.ts'
import type { Globals } from './config/global-options.ts'
import type { OpenDeps } from './keycloak/http/client-options.ts'
import { USER_AGENT } from './keycloak/http/user-agent.ts'
import type { Files } from './runtime/file-access.ts'
import type { StandardStreams } from './runtime/streams.ts'
import { once } from './util/once.ts'

/** The context of one command. Modules that are slow to load are loaded when the command needs them. */
export async function openContext(globals: Globals, host: ProcessHost): Promise<Context> {
  const { env, streams, signal, pid, isAlive } = host
  const { print, ask, askSecret, debugLine } = await openTerminal(globals, host)
  const files = lazyFiles(streams, signal)
  let comment: string | undefined
  const sender = {
    ...{ files, signal, env, debug: globals.debug ? debugLine : undefined },
    get userAgent() {
      return comment === undefined ? USER_AGENT : `${USER_AGENT} (${comment})`
    },
  }
  const deps = { sender, askSecret, warn: print.warn }
  const base = {
    print,
    ask,
    files,
    host: { env, pid, isAlive },
    signal,
    announce(words: string) {
      comment = words
    },
    now: () => Date.now(),
    sleep: (ms: number) => sleep(ms, signal),
    ...connectionParts(globals, host, deps),
  }
  return { ...base, several: await severalRealms(globals, host, deps, base) }
}

async function severalRealms(
  globals: Globals,
  host: ProcessHost,
  deps: ConnectionDeps,
  base: Omit<Context, 'several'>,
): Promise<SeveralRealms | undefined> {
  const { several, ...others } = globals
  if (!several) return undefined
  const { realmContexts } = await import('./realm-contexts.ts')
  return realmContexts(several, {
    base,
    async openServer(until) {
      const { connectionOf } = await import('./config/connection.ts')
      const { openServer } = await import('./keycloak/open.ts')
      const settings = await base.settings()
      const connection = connectionOf({ ...settings, realm: settings.loginRealm })
      const server = await openServer(connection, { ...deps.sender, signal: until })
      host.onClose(() => server.close())
      return server
    },
    withProfile: (profile) => connectionParts({ ...others, profile }, host, deps),
  })
}

interface ConnectionDeps {
  readonly sender: OpenDeps
  readonly askSecret: ((question: string) => Promise<string>) | undefined
  readonly warn: (line: string) => void
}

type ConnectionParts = Pick<
  Context,
  'settings' | 'http' | 'fetchJson' | 'accounts' | 'keycloak' | 'keycloakAfterwards'
>

/** The parts of a context that depend on the connection's settings. */
function connectionParts(
  globals: Globals,
  host: ProcessHost,
  { sender, askSecret, warn }: ConnectionDeps,
): ConnectionParts {
  const { env, signal } = host
  const { files } = sender
  const named = namedProfile(globals, env)
  const profiles = once(() => openProfileStore(host))
  const warnOfInsecure = once(async () => {
    const by = globals.insecure ? '--insecure' : 'set in the profile'
    warn(`TLS certificate verification is off (${by}). The connection can be intercepted.`)
  })
  const settings = once(async () => {
    const { resolveSettings } = await import('./config/resolve.ts')
    const profile = await (await profiles()).load(named)
    const found = resolveSettings(globals, env, { files, profile, askSecret })
    if (found.insecure) await warnOfInsecure()
    return found
  })
  const http = once(async () => {
    const { httpOptions } = await import('./keycloak/http/http-options.ts')
    const { caFile, insecure, timeout } = await settings()
    // A reason is for Keycloak's eyes: these options are for other servers, too.
    return httpOptions({ caFile: caFile?.value, insecure, timeout }, { ...sender, userAgent: USER_AGENT })
  })
  const keycloakUntil = (until: AbortSignal) =>
    once(async () => {
      const { connectionOf } = await import('./config/connection.ts')
      const { openKeycloak } = await import('./keycloak/open.ts')
      const keycloak = await openKeycloak(connectionOf(await settings()), { ...sender, signal: until })
      host.onClose(() => keycloak.close())
      return keycloak
    })

  return {
    settings,
    http,
    async fetchJson(url) {
      const { fetchJson } = await import('./keycloak/http/fetch-json.ts')
      const { allowHttp } = await settings()
      return fetchJson(url, { allowHttp, http })
    },
    accounts: once(async () => {
      const { openAccounts } = await import('./auth/accounts.ts')
      const store = await profiles()
      const deps = { globals, env, files, askSecret, profiles: store, open: sender, named }
      return openAccounts({ ...deps, onInsecure: warnOfInsecure })
    }),
    keycloak: keycloakUntil(signal),
    keycloakAfterwards: keycloakUntil(new AbortController().signal),
  }
}

async function openProfileStore({ env, pid, isAlive }: ProcessHost) {
  const { openProfiles } = await import('./config/profiles/profiles.ts')
  const { configFolder } = await import('./config/files/config-folder.ts')
  // Ctrl-C does not end the wait for another process: restoring on the way out needs a sign-in too.
  const wait = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))
  return openProfiles(configFolder(env), { pid, isAlive, now: () => Date.now(), sleep: wait })
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

/** The profile named by the option or the variable. */
function namedProfile({ profile }: Globals, env: ProcessHost['env']) {
  if (profile !== undefined) return { name: profile, source: '--profile' }
  return env.KC_LOGOUT_PROFILE ? { name: env.KC_LOGOUT_PROFILE, source: 'KC_LOGOUT_PROFILE' } : undefined
}

/** Loaded when the first file is read or written. */
function lazyFiles(streams: StandardStreams, signal: AbortSignal): Files {
  const loaded = once(async () => (await import('./runtime/files.ts')).files(() => streams.stdin, signal))
  return {
    stdinIsPiped: !streams.isTerminal('stdin'),
    read: async (path, options) => (await loaded()).read(path, options),
    async *lines(path) {
      yield* (await loaded()).lines(path)
    },
    async *logText(path, options) {
      yield* (await loaded()).logText(path, options)
    },
    followFromEnd: async (path, until) => (await loaded()).followFromEnd(path, until),
    requireFree: async (path) => (await loaded()).requireFree(path),
    write: async (path, text) => (await loaded()).write(path, text),
  }
}
