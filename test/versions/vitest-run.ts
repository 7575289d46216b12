import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Reports of runs, the source of the generated tables in docs/. */
export const REPORTS = join(ROOT, '.reports')

/** The parts of a report of vitest's `json` reporter that are used here. */
export interface Report {
  readonly startTime: number
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    /** The file, absolute. */
    readonly name: string
    readonly startTime: number
    readonly status: 'passed' | 'failed'
    readonly assertionResults: readonly {
      readonly title: string
      /** With the names of its describe blocks. */
      readonly fullName: string
      readonly status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo'
      readonly meta: {
        readonly observed?: string
        readonly cells?: readonly { readonly row: string; readonly column: string; readonly seen: string }[]
        readonly keycloak?: string
        readonly tried?: Readonly<Record<string, number>>
        readonly figures?: readonly (readonly [string, string | number])[]
      }
    }[]
  }[]
}

export interface VitestRun {
  /** The command that runs `vitest.mjs`, such as `node`. */
  readonly node: readonly [string, ...string[]]
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The name in its last line, `Keycloak 12.0.4`. Default: the project. */
  readonly label?: string
  /** Below {@link REPORTS}. */
  readonly report: string
}

/** Runs vitest with its output passed through and resolves to its exit code. The report may be missing afterwards. */
export async function runVitest({ node, args, env, label, report }: VitestRun): Promise<number> {
  const file = join(REPORTS, report)
  await mkdir(dirname(file), { recursive: true })
  // A run that fails before its report must not leave an older report in place.
  await rm(file, { force: true })
  const [command, ...before] = node
  const reporters = ['--reporter=default', '--reporter=./test/support/closing-line.ts', '--reporter=json']
  const child = spawn(
    command,
    [...before, 'node_modules/vitest/vitest.mjs', 'run', ...reporters, `--outputFile=${file}`, ...args],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...env, ...(label === undefined ? {} : { KC_LOGOUT_TEST_LABEL: label }) },
    },
  )
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

export async function readReport(report: string): Promise<Report> {
  return JSON.parse(await readFile(join(REPORTS, report), 'utf8'))
}

/** Merges a new report into an older one: replaces the files it contains, keeps the others. */
export async function keepReport(from: string, into: string): Promise<void> {
  if (!existsSync(join(REPORTS, from))) return
  const fresh = await readReport(from)
  const kept = existsSync(join(REPORTS, into)) ? (await readReport(into)).testResults : []
  const isFresh = ({ name }: { name: string }) => fresh.testResults.some((other) => other.name === name)
  const testResults = [...kept.filter((file) => !isFresh(file)), ...fresh.testResults]
  await writeFile(join(REPORTS, into), JSON.stringify({ ...fresh, testResults }))
}
