import { version } from '../package.json'
import type { Context } from './cli/context.ts'
import { openTerminal } from './cli/create-terminal.ts'
import type { ProcessHost } from './cli/host.ts'
import type { Globals } from './config/global-options.ts'
import type { Files } from './runtime/file-access.ts'
import type { StandardStreams } from './runtime/streams.ts'

/** Puts the world of one command together. What is slow to load is loaded when a command asks for it. */
export async function openContext(globals: Globals, host: ProcessHost): Promise<Context> {
  const { env, streams, signal, pid, isAlive } = host
  const { print, ask, askSecret, debugLine } = await openTerminal(globals, host)
  const files = lazyFiles(streams, signal)
  /** What every request is sent with. */
  const sender = {
    files,
    signal,
    env,
    userAgent: `kc-logout/${version}`,
    debug: globals.debug ? debugLine : undefined,
  }

  const named = profileNamed(globals, env)
  const profilesWaiting = async (wait: (ms: number) => Promise<void>) => {
    const { openProfiles } = await import('./config/profiles/profiles.ts')
    const { configFolder } = await import('./config/files/config-folder.ts')
    return openProfiles(configFolder(env), { pid, isAlive, now: () => Date.now(), sleep: wait })
  }
  // Waits deaf to Ctrl-C: what is put back on the way out needs a sign-in, too.
  const profiles = once(() =>
    profilesWaiting((ms) => new Promise<void>((resolve) => void setTimeout(resolve, ms))),
  )
  const settings = once(async () => {
    const { resolveSettings } = await import('./config/resolve.ts')
    const profile = await (await profiles()).load(named)
    const found = resolveSettings(globals, env, { files, profile, askSecret })
    if (found.insecure) await warnOfInsecure()
    return found
  })
  const warnOfInsecure = once(async () => {
    const by = globals.insecure ? '--insecure' : 'as the profile says'
    print.warn(
      `Certificates are not checked (${by}): whoever is in between may read along and answer for Keycloak.`,
    )
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
    print,
    ask,
    files,
    async parseFile(text, name) {
      const { parseStructured } = await import('./config/files/yaml-file.ts')
      return parseStructured(text, name)
    },
    signal,
    now: () => Date.now(),
    sleep: (ms) => sleep(ms, signal),
    settings,
    async names(kind, typed) {
      const { namesFor } = await import('./commands/completion/names.ts')
      const { cacheFolder } = await import('./config/files/config-folder.ts')
      const { userAgent } = sender
      const deps = { env, files, profiles: profilesWaiting, open: { files, env, userAgent } }
      return namesFor(kind, typed, { ...deps, now: () => Date.now(), cacheFolder: cacheFolder(env) })
    },
    accounts: once(async () => {
      const { openAccounts } = await import('./auth/accounts.ts')
      return openAccounts({
        globals,
        env,
        files,
        askSecret,
        profiles: await profiles(),
        open: sender,
        named,
        onInsecure: warnOfInsecure,
      })
    }),
    connects: async (url) => (await import('./keycloak/http/can-connect.ts')).connects(url, signal),
    async tenantAudits() {
      const { openTenantAudits } = await import('./commands/audit/open-tenant-audits.ts')
      return openTenantAudits({ ...sender, settings: await settings() })
    },
    async probe() {
      const { openProbe } = await import('./commands/doctor/probe/probe.ts')
      const { trustedAuthorities } = await import('./keycloak/http/certificate-authorities.ts')
      const { caFile } = await settings()
      // Node's own list, when it is asked for, is without what this variable adds to it.
      const extra = env.NODE_EXTRA_CA_CERTS
      const ca = caFile
        ? await trustedAuthorities(caFile.value, files, env)
        : await trustedAuthorities(extra, files, env).catch(() => undefined)
      return openProbe({ ca, signal, userAgent: sender.userAgent })
    },
    async fetchJson(url) {
      const { fetchJson } = await import('./keycloak/http/fetch-json.ts')
      const { caFile, insecure, allowHttp, timeout } = await settings()
      return fetchJson(url, { caFile: caFile?.value, insecure, allowHttp, timeout }, sender)
    },
    keycloak: keycloakUntil(signal),
    keycloakAfterwards: keycloakUntil(new AbortController().signal),
    receive: async (options, handle) =>
      (await import('./commands/listen/server/server.ts')).receive(options, handle),
    async forwarder() {
      const { forward } = await import('./commands/listen/server/forward.ts')
      const { trustedAuthorities } = await import('./keycloak/http/certificate-authorities.ts')
      const { caFile, insecure, timeout } = await settings()
      const ca = await trustedAuthorities(caFile?.value, files, env)
      return (url, request) => forward(url, request, { timeout, insecure, ca })
    },
    takeovers: once(async () => {
      const { openTakeovers, stateFolder } = await import('./commands/listen/takeover-store.ts')
      return openTakeovers({ folder: stateFolder(env), pid, runs: isAlive })
    }),
  }
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

/** The profile that was named, and by what. */
function profileNamed({ profile }: Globals, env: NodeJS.ProcessEnv) {
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
    async *logLines(path, options) {
      yield* (await loaded()).logLines(path, options)
    },
    requireFree: async (path) => (await loaded()).requireFree(path),
    write: async (path, text) => (await loaded()).write(path, text),
  }
}

/** Wraps a loader so that it runs once, whoever asks. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}
