import { spawn } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import type { KeycloakServer } from './keycloak/server.ts'
import { skipWithout } from './programs.ts'
import type { TestRealm } from './realm.ts'
import { requireDocumented } from './schemas.ts'

/** The built program. */
export const PROGRAM = fileURLToPath(new URL('../../bin/kc-logout.js', import.meta.url))
const TERMINAL = fileURLToPath(new URL('terminal.py', import.meta.url))
const TIMEOUT_MS = 110_000

export interface RunOptions {
  /** Added to an environment without any setting of kc-logout or Keycloak; undefined removes. */
  env?: Record<string, string | undefined>
  /** Written to stdin, which then ends. Default: empty. */
  stdin?: string
  cwd?: string
  timeoutMs?: number
  /** Called when the program has started. */
  onStart?: (program: { pid: number; signal(name: NodeJS.Signals): void }) => void
}

export interface Ran {
  /** Undefined if a signal ended it. */
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
  /** The JSON document on stdout. */
  json<T = Record<string, unknown>>(): T
}

/**
 * Runs the built program as a user's script would: its own process, pipes instead of a terminal. Fails where a document
 * of `--json` is not what its schema says.
 */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const begun = Date.now()
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd,
    env: cleanEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const out = collect(child.stdout)
  const err = collect(child.stderr)
  // It may end before it has read its stdin.
  child.stdin.on('error', () => {})
  child.stdin.end(options.stdin ?? '')
  if (child.pid !== undefined) options.onStart?.({ pid: child.pid, signal: (name) => void child.kill(name) })
  const { code, signal } = await ended(child, options.timeoutMs, () => `${out()}${err()}`)
  if (code !== null) requireDocumented(args, out(), code)
  return {
    code: code ?? undefined,
    signal: signal ?? undefined,
    stdout: out(),
    stderr: err(),
    ms: Date.now() - begun,
    json: <T>() => parse<T>(out(), err(), code),
  }
}

/** An environment that signs kc-logout in as the server's administrator. */
export function adminEnv(
  keycloak: Pick<KeycloakServer, 'url' | 'admin'>,
  realm?: string,
): Record<string, string> {
  return {
    KC_LOGOUT_SERVER: keycloak.url,
    KC_LOGOUT_USERNAME: keycloak.admin.username,
    KC_LOGOUT_PASSWORD: keycloak.admin.password,
    ...(realm === undefined ? {} : { KC_LOGOUT_REALM: realm }),
  }
}

/** The same of a user of the realm, who signs in there. */
export const userEnv = (
  keycloak: Pick<KeycloakServer, 'url'>,
  realm: Pick<TestRealm, 'name' | 'passwordOf'>,
  username: string,
): Record<string, string> => ({
  ...adminEnv({ url: keycloak.url, admin: { username, password: realm.passwordOf(username) } }, realm.name),
  KC_LOGOUT_LOGIN_REALM: realm.name,
})

/** Text to type when the terminal shows `when`. Later ones only look at newer output. */
export interface Typed {
  readonly when: RegExp | string
  /** `\r` is the Enter key, `\x03` Ctrl-C. */
  readonly send: string
}

export interface TerminalOptions extends Omit<RunOptions, 'stdin' | 'onStart'> {
  /** Another program to run in the terminal, such as a shell. */
  program?: readonly string[]
  types?: readonly Typed[]
  /** Default 80. */
  columns?: number
  rows?: number
  /** Called with all output so far, without escape codes. */
  onShown?: (screen: string) => void
  /** Redirects stdout to a file (`kc-logout … > file`). */
  stdoutToFile?: boolean
}

export interface RanInTerminal {
  readonly code: number | undefined
  /** All output, with escape codes. */
  readonly raw: string
  /** The same without escape codes and carriage returns. */
  readonly screen: string
  /** Content of the file; empty unless `stdoutToFile`. */
  readonly stdout: string
}

/**
 * Runs the built program in a pseudo-terminal (of python3), so that it can ask. Skips the running test where python3 or
 * the other program is missing; with a PATH of its own, a test is trusted to have put it there.
 */
export async function runInTerminal(
  args: readonly string[],
  options: TerminalOptions = {},
): Promise<RanInTerminal> {
  const file = options.stdoutToFile ? join(tmpdir(), `kc-logout-out-${process.pid}-${Date.now()}`) : ''
  const size = [String(options.rows ?? 24), String(options.columns ?? 80)]
  const program = options.program ?? [process.execPath, PROGRAM]
  const [other] = options.env?.PATH ? [] : (options.program ?? [])
  await skipWithout('python3', ...(other === undefined ? [] : [other]))
  const child = spawn('python3', [TERMINAL, ...size, file, ...program, ...args], {
    cwd: options.cwd,
    env: cleanEnvironment({ TERM: 'xterm-256color', ...options.env }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {})
  const raw = collect(child.stdout)
  const trouble = collect(child.stderr)
  const queue = [...(options.types ?? [])]
  let from = 0
  const shows = (what: RegExp | string) => {
    const since = stripVTControlCharacters(raw().slice(from))
    return typeof what === 'string' ? since.includes(what) : what.test(since)
  }
  child.stdout.on('data', () => {
    options.onShown?.(stripVTControlCharacters(raw()))
    for (let next = queue[0]; next && shows(next.when); next = queue[0]) {
      queue.shift()
      from = raw().length
      child.stdin.write(next.send)
    }
  })
  const { code } = await ended(child, options.timeoutMs, raw)
  const stdout = file ? await readFile(file, 'utf8') : ''
  if (file) await rm(file, { force: true })
  if (trouble()) throw new Error(`No terminal could be had through python3:\n${trouble()}`)
  const screen = stripVTControlCharacters(raw()).replaceAll('\r', '')
  if (queue[0]) throw new Error(`The program ended (${code}) without showing ${queue[0].when}:\n${screen}`)
  return { code: code ?? undefined, raw: raw(), screen, stdout }
}

/** Installs a command `kc-logout` into a folder. Returns a PATH with this folder. */
export async function installInto(folder: string): Promise<string> {
  const script = `#!/bin/sh\nexec ${process.execPath} ${PROGRAM} "$@"\n`
  await writeFile(join(folder, 'kc-logout'), script, { mode: 0o755 })
  return `${folder}:${process.env.PATH}`
}

/** The environment without settings of kc-logout and Keycloak, plus the given variables. */
export function cleanEnvironment(more: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const foreign = /^(KC_|KEYCLOAK_|C8Y_|FORCE_COLOR$|NO_COLOR$|NODE_OPTIONS$|VITEST|CI$)/
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
  // A folder that cannot be created: tests use no profile unless they set a folder.
  return { ...env, KC_LOGOUT_CONFIG_DIR: '/dev/null/nobody', ...more }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}

function ended(
  child: ReturnType<typeof spawn>,
  timeoutMs = TIMEOUT_MS,
  soFar: () => string,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`Not done after ${timeoutMs} ms. So far:\n${soFar()}`))
    }, timeoutMs)
    child.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal })
    })
  })
}

function parse<T>(stdout: string, stderr: string, code: number | null): T {
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error(
      `stdout is not one JSON document (exit ${code}):\n${stdout.slice(0, 500)}\nstderr:\n${stderr.slice(0, 1000)}`,
    )
  }
}
