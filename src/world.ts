import { version } from '../package.json'
import type { Context, Files, Globals } from './context.ts'
import { EXIT } from './errors.ts'
import type { Entry } from './main.ts'
import { type StandardStreams, standardStreams } from './streams.ts'
import { asker } from './terminal/ask.ts'
import { showsUnicode } from './terminal/charset.ts'
import { hasColour } from './terminal/colour.ts'
import { colourful, inAscii, plain } from './terminal/palette.ts'
import { printer, reportError } from './terminal/printer.ts'
import { progress } from './terminal/progress.ts'
import { visibleLines } from './core/visible.ts'

/** The entry's side of this process, with what ends it. */
export interface World extends Entry {
  readonly argv: readonly string[]
  /** Calls this with an error that nobody caught, and ends the process with exit 1. */
  onCrash(tell: (error: unknown) => void): void
  lost(): Error | undefined
  /** Waits until everything written has left, and gives back what would keep the process alive. */
  close(): Promise<void>
}

/** The only file that touches `process`: streams, environment, terminals, signals. Slow parts are loaded when asked for. */
export function openWorld(): World {
  const { env } = process
  const streams = standardStreams(process)
  const signal = interruptions()
  const closing: (() => void)[] = []
  const paletteFor = async (name: 'stdout' | 'stderr', noColor: boolean) => {
    const isColourful = hasColour({ isTerminal: streams.isTerminal(name), env, noColor })
    const palette = isColourful ? await colourful() : plain
    return showsUnicode(env) ? palette : inAscii(palette)
  }

  return {
    argv: process.argv.slice(2),
    signal,
    get columns() {
      return streams.columns('stdout')
    },
    writeOut: (text) => streams.write('stdout', visibleLines(text)),
    lost: streams.lost,
    report(error, how) {
      const json = how.json && !streams.lost()
      reportError(error, { out: streams.sink('stdout', plain), err: streams.sink('stderr', plain), json })
      if (process.argv.includes('--debug') && error.cause instanceof Error)
        streams.write('stderr', `${visibleLines(error.cause.stack ?? error.cause.message)}\n`)
    },

    onCrash(tell) {
      process.on('uncaughtException', (error: unknown) => {
        for (const end of closing.reverse()) end()
        tell(error)
        process.exit(EXIT.failed)
      })
    },

    async context(globals: Globals): Promise<Context> {
      const noColor = globals.color === false
      const out = streams.sink('stdout', await paletteFor('stdout', noColor))
      const err = streams.sink('stderr', await paletteFor('stderr', noColor))
      const file = lazyFiles(streams, signal)
      const ask = asker({
        isTerminal: { input: streams.isTerminal('stdin'), output: streams.isTerminal('stderr') },
        terminals: () => ({ input: streams.stdin, output: streams.stderr }),
        signal,
      })
      const animated = streams.isTerminal('stderr') && env.TERM !== 'dumb'
      const bars: (() => void)[] = []
      const print = printer({
        out,
        err,
        json: globals.json ?? false,
        quiet: globals.quiet ?? false,
        progress() {
          const { palette, write } = err
          const shown = progress({
            palette,
            write: globals.quiet ? () => {} : write,
            columns: () => streams.stderr.columns ?? 80,
            animated,
            now: () => performance.now(),
          })
          closing.push(shown.stop)
          bars.push(shown.stop)
          return shown
        },
      })
      const askSecret = ask.possible
        ? (question: string) => {
            // A bar would be drawn over the question.
            for (const stop of bars) stop()
            return ask.secret(question)
          }
        : undefined
      const named = profileNamed(globals, env)
      const profilesWaiting = async (wait: (ms: number) => Promise<void>) => {
        const { openProfiles } = await import('./settings/profiles.ts')
        const { configFolder } = await import('./settings/config-folder.ts')
        const deps = { pid: process.pid, isAlive: runs, now: () => Date.now(), sleep: wait }
        return openProfiles(configFolder(env), deps)
      }
      // Waits deaf to Ctrl-C: what is put back on the way out needs a sign-in, too.
      const profiles = once(() =>
        profilesWaiting((ms) => new Promise<void>((resolve) => void setTimeout(resolve, ms))),
      )
      const settings = once(async () => {
        const { resolveSettings } = await import('./settings/resolve.ts')
        const profile = await (await profiles()).load(named)
        const found = resolveSettings(globals, env, { files: file, profile, askSecret })
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
          const { connectionOf } = await import('./settings/connection.ts')
          const { openKeycloak } = await import('./keycloak/open.ts')
          const keycloak = await openKeycloak(connectionOf(await settings()), {
            files: file,
            signal: until,
            env,
            userAgent: `kc-logout/${version}`,
            debug: globals.debug ? (line) => err.write(`${visibleLines(line)}\n`) : undefined,
          })
          closing.push(() => keycloak.close())
          return keycloak
        })
      return {
        print,
        ask,
        files: file,
        async parseFile(text, name) {
          const { parseStructured } = await import('./settings/structured-file.ts')
          return parseStructured(text, name)
        },
        signal,
        now: () => Date.now(),
        sleep: (ms) => sleep(ms, signal),
        settings,
        async names(kind, typed) {
          const { namesFor } = await import('./names.ts')
          const { cacheFolder } = await import('./settings/config-folder.ts')
          const open = { files: file, env, userAgent: `kc-logout/${version}` }
          const deps = { env, files: file, profiles: profilesWaiting, open, now: () => Date.now() }
          return namesFor(kind, typed, { ...deps, cacheFolder: cacheFolder(env) })
        },
        accounts: once(async () => {
          const { openAccounts } = await import('./accounts.ts')
          const debug = globals.debug ? (line: string) => err.write(`${visibleLines(line)}\n`) : undefined
          const open = { files: file, signal, env, userAgent: `kc-logout/${version}`, debug }
          return openAccounts({
            globals,
            env,
            files: file,
            askSecret,
            profiles: await profiles(),
            open,
            named,
            onInsecure: warnOfInsecure,
          })
        }),
        connects: async (url) => (await import('./probe/connects.ts')).connects(url, signal),
        async tenantAudits() {
          const { openTenantAudits } = await import('./tenant-audits.ts')
          const debug = globals.debug ? (line: string) => err.write(`${visibleLines(line)}\n`) : undefined
          const deps = { files: file, signal, env, userAgent: `kc-logout/${version}`, debug }
          return openTenantAudits({ ...deps, settings: await settings() })
        },
        async probe() {
          const { openProbe } = await import('./probe/probe.ts')
          const { trustedAuthorities } = await import('./keycloak/authorities.ts')
          const { caFile } = await settings()
          // Node's own list, when it is asked for, is without what this variable adds to it.
          const extra = env.NODE_EXTRA_CA_CERTS
          const ca = caFile
            ? await trustedAuthorities(caFile.value, file, env)
            : await trustedAuthorities(extra, file, env).catch(() => undefined)
          return openProbe({ ca, signal, userAgent: `kc-logout/${version}` })
        },
        async fetchJson(url) {
          const { fetchJson } = await import('./keycloak/fetch-json.ts')
          const debug = globals.debug ? (line: string) => err.write(`${visibleLines(line)}\n`) : undefined
          const deps = { files: file, signal, env, userAgent: `kc-logout/${version}`, debug }
          const { caFile, insecure, allowHttp, timeout } = await settings()
          return fetchJson(url, { caFile: caFile?.value, insecure, allowHttp, timeout }, deps)
        },
        keycloak: keycloakUntil(signal),
        keycloakAfterwards: keycloakUntil(new AbortController().signal),
        receive: async (options, handle) => (await import('./receiver/receive.ts')).receive(options, handle),
        async forward(url, request) {
          const { forward } = await import('./receiver/forward.ts')
          const { trustedAuthorities } = await import('./keycloak/authorities.ts')
          const { caFile, insecure, timeout } = await settings()
          const ca = await trustedAuthorities(caFile?.value, file, env)
          return forward(url, request, { timeout, insecure, ca })
        },
        takeovers: once(async () => {
          const { openTakeovers, stateFolder } = await import('./settings/takeovers.ts')
          return openTakeovers({ folder: stateFolder(env), pid: process.pid, runs })
        }),
      }
    },

    async close() {
      for (const end of closing.reverse()) end()
      await streams.close()
      if (signal.reason === 'SIGHUP') dieOf('SIGHUP')
    },
  }
}

const SIGNALS = { SIGHUP: EXIT.hungUp, SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

/** The first signal ends the command in its own way; the second one ends the process at once. */
function interruptions(): AbortSignal {
  const controller = new AbortController()
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        if (process.stderr.isTTY) process.stderr.write('\u001b[?25h\n')
        process.exit(code)
      }
      controller.abort(name)
    })
  }
  return controller.signal
}

/**
 * Ends the process by a signal, as whoever started it expects. Not by leaving: Node restores its terminal on the way
 * out, and crashes (SIGABRT, with a core dump) where that terminal has gone, seen on Node 20.
 */
function dieOf(name: keyof typeof SIGNALS): void {
  process.removeAllListeners(name)
  process.kill(process.pid, name)
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

/** Does a process of this number run? One of somebody else's does, too. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Loaded when the first file is read or written. */
function lazyFiles(streams: StandardStreams, signal: AbortSignal): Files {
  const loaded = once(async () => (await import('./files.ts')).files(() => streams.stdin, signal))
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
