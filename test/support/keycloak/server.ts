import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { passwordGrant } from '../admin.ts'
import { send } from '../http.ts'
import { addBuiltState, cacheFolder, copyHome, distribution, keepBuiltState } from './distribution.ts'
import { type Kept, keep } from './keep.ts'
import { freeOffset, freePorts } from './ports.ts'
import { requireJava, run } from './tools.ts'
import {
  type Credentials,
  DEFAULT_VERSION,
  type Launch,
  quarkusLaunch,
  runsOnQuarkus,
  WILDFLY_PORTS,
  wildflyLaunch,
} from './version.ts'

/** 12.0.4 took 215 s on two shared cores. */
const READY_MS = 300_000
const SIGN_IN_MS = 30_000
const ADMIN: Credentials = { username: 'admin', password: 'admin' }

/** What a test needs to know about a Keycloak; can be passed to another process. */
export interface KeycloakServer {
  /** With the base path, without a trailing slash. */
  readonly url: string
  readonly version: string
  /** An administrator of the realm master. */
  readonly admin: Credentials
  /** Undefined if the server was already running. */
  readonly logFile: string | undefined
}

export interface StartedKeycloak extends KeycloakServer {
  /** Leader of the process group; undefined if the server was already running. */
  readonly pid: number | undefined
  /** Stops the server, unless it was already running. */
  stop(): Promise<void>
}

export interface StartOptions {
  /** Default: KC_LOGOUT_TEST_KEYCLOAK_VERSION, else {@link DEFAULT_VERSION}. */
  version?: string | undefined
  /** More arguments for kc.sh or standalone.sh; they replace default ones (`--db=…`). */
  args?: readonly string[]
  /** `kc.sh start` instead of `start-dev`, which forms no cluster; needs a database in `args`. From 17 on. */
  production?: boolean
  /** Called with a line about each long step. */
  log?: (line: string) => void
  /** Aborts the start and cleans up. */
  signal?: AbortSignal
}

/**
 * A Keycloak to test against: the running one named by the environment, else a new one with its data in memory or in a
 * temporary folder. It ends with `stop()`, and with this process.
 */
export async function startKeycloak(options: StartOptions = {}): Promise<StartedKeycloak> {
  const running = process.env.KC_LOGOUT_TEST_KEYCLOAK_URL
  if (running && !options.version) return runningKeycloak(running)
  await requireJava()
  const given = process.env.KC_LOGOUT_TEST_KEYCLOAK_HOME
  const wanted = options.version ?? process.env.KC_LOGOUT_TEST_KEYCLOAK_VERSION
  if (given && !options.version)
    return startHome(given, wanted || (await versionOfHome(given)), false, options)
  const version = wanted || DEFAULT_VERSION
  return startHome(await distribution(version, options.log), version, true, options)
}

async function runningKeycloak(given: string): Promise<StartedKeycloak> {
  const admin = {
    username: process.env.KC_LOGOUT_TEST_KEYCLOAK_ADMIN ?? ADMIN.username,
    password: process.env.KC_LOGOUT_TEST_KEYCLOAK_PASSWORD ?? ADMIN.password,
  }
  const wanted = process.env.KC_LOGOUT_TEST_KEYCLOAK_VERSION
  const root = given.replace(/\/+$/, '')
  for (const url of [root, `${root}/auth`]) {
    if (!(await answers(url))) continue
    const version = await versionOf(url, admin)
    if (wanted && wanted !== version)
      throw new Error(
        `${url} (KC_LOGOUT_TEST_KEYCLOAK_URL) is ${version}, not ${wanted} (KC_LOGOUT_TEST_KEYCLOAK_VERSION).`,
      )
    return {
      url,
      admin,
      version,
      logFile: undefined,
      pid: undefined,
      stop: async () => {},
    }
  }
  throw new Error(`No Keycloak answers at ${given} (KC_LOGOUT_TEST_KEYCLOAK_URL): with or without /auth.`)
}

async function startHome(
  from: string,
  version: string,
  cached: boolean,
  options: StartOptions,
): Promise<StartedKeycloak> {
  const runs = join(cacheFolder(), 'runs')
  await mkdir(runs, { recursive: true })
  const folder = await mkdtemp(join(runs, `${version}-`))
  const home = join(folder, 'home')
  const logFile = join(folder, 'keycloak.log')
  let kept: Kept | undefined
  try {
    await copyHome(from, home)
    const launch = await launchOf(version, home, options.production)
    const given = options.args ?? []
    const args = [...launch.args.filter((arg) => !isReplaced(arg, given)), ...given]
    const isBuilt = cached && runsOnQuarkus(version)
    if (isBuilt) await addBuiltState(version, home, args)
    const env = { ...environment(), ...launch.env }
    const [prepare, ...prepareArgs] = launch.prepare ?? []
    if (prepare) await run(prepare, prepareArgs, { cwd: home, env })
    kept = await keep({ command: launch.command, args, cwd: home, logFile, folder, env })
    await untilReady(launch.url, kept, options.signal)
    const found = await untilSignedIn(launch.url, options.signal)
    if (isBuilt) await keepBuiltState(version, home, args)
    return { url: launch.url, version: found, admin: ADMIN, logFile, pid: kept.pid, stop: kept.stop }
  } catch (error) {
    const kind = error instanceof Error ? error.message : String(error)
    const more = await lastWords(logFile, version)
    if (kept) await kept.stop()
    else await rm(folder, { recursive: true, force: true })
    throw new Error(`Keycloak ${version} did not start: ${kind}${more}`, { cause: error })
  }
}

const isReplaced = (arg: string, given: readonly string[]) => {
  const [name = '', value] = arg.split('=')
  return value !== undefined && given.some((other) => other.startsWith(`${name}=`))
}

async function launchOf(version: string, home: string, production = false): Promise<Launch> {
  if (!runsOnQuarkus(version)) return wildflyLaunch(home, await freeOffset(WILDFLY_PORTS), ADMIN)
  const [http, management] = await freePorts(2)
  if (!http || !management) throw new Error('no free port')
  return quarkusLaunch(version, home, { http, management }, ADMIN, production)
}

/** Keycloak reads every KC_… and KEYCLOAK_… variable as a setting, and DEBUG as a request for a debugger. */
function environment(): NodeJS.ProcessEnv {
  const foreign = /^(KC_|KEYCLOAK_|DEBUG$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}

async function untilReady(url: string, kept: Kept, signal: AbortSignal | undefined): Promise<void> {
  const deadline = Date.now() + READY_MS
  while (!(await answers(url))) {
    signal?.throwIfAborted()
    const end = kept.ended()
    if (end !== undefined) throw new Error(`the server ended by itself (${end})`)
    if (Date.now() > deadline) throw new Error(`no answer at ${url} after ${READY_MS / 1000} s`)
    await sleep(200)
  }
}

/** The first administrator may be created shortly after it listens (20.0.5). */
async function untilSignedIn(url: string, signal: AbortSignal | undefined): Promise<string> {
  const deadline = Date.now() + SIGN_IN_MS
  for (;;) {
    try {
      return await versionOf(url, ADMIN)
    } catch (error) {
      if (Date.now() > deadline) throw error
      signal?.throwIfAborted()
      await sleep(500)
    }
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await send('GET', `${url}/realms/master`, { timeoutMs: 5_000 })).status === 200
  } catch {
    return false
  }
}

async function versionOf(url: string, admin: Credentials): Promise<string> {
  const { access_token } = await passwordGrant({ url, admin })
  const answer = await send('GET', `${url}/admin/serverinfo`, {
    headers: { authorization: `Bearer ${access_token}` },
  })
  const version = answer.json<{ systemInfo?: { version?: string } }>().systemInfo?.version
  if (!version)
    throw new Error(`${url}/admin/serverinfo does not contain its version (HTTP ${answer.status})`)
  return version
}

async function versionOfHome(home: string): Promise<string> {
  const file = join(home, 'version.txt')
  const version = existsSync(file) ? /\d+\.\d+\.\d+\S*/.exec(await readFile(file, 'utf8'))?.[0] : undefined
  if (version) return version
  throw new Error(
    `${home} (KC_LOGOUT_TEST_KEYCLOAK_HOME) does not contain its version in version.txt.\n` +
      'Give the folder that holds bin/, or name the version in KC_LOGOUT_TEST_KEYCLOAK_VERSION.',
  )
}

/** The end of the log, and the path of a copy, because the folder of the run is removed. */
async function lastWords(logFile: string, version: string): Promise<string> {
  if (!existsSync(logFile)) return ''
  const copy = join(tmpdir(), `kc-logout-keycloak-${version}-${process.pid}.log`)
  await copyFile(logFile, copy)
  const lines = (await readFile(copy, 'utf8')).trimEnd().split('\n')
  return `\nThe end of its log (all of it: ${copy}):\n${lines.slice(-15).join('\n')}`
}
