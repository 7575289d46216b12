import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Reports of runs, from which the tables of the documentation are made. */
export const REPORTS = join(ROOT, '.reports')

/** As vitest's reporter `json` writes it, as far as it is read here. */
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
      /** With the names of what it stands in. */
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
  /** The command before `vitest.mjs`, such as `node`. */
  readonly node: readonly [string, ...string[]]
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** What its closing line calls it, `Keycloak 12.0.4`; default: the project. */
  readonly label?: string
  /** Below {@link REPORTS}. */
  readonly report: string
}

/** Runs vitest to its end with its output on ours; resolves to its exit code. The report may be missing then. */
export async function runVitest({ node, args, env, label, report }: VitestRun): Promise<number> {
  const file = join(REPORTS, report)
  await mkdir(dirname(file), { recursive: true })
  // Else a run that does not get to its report would leave that of an earlier one as its own.
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

/** Puts the files of one report in the place of what another says of them; those that it does not name stay there. */
export async function keepReport(from: string, into: string): Promise<void> {
  if (!existsSync(join(REPORTS, from))) return
  const fresh = await readReport(from)
  const kept = existsSync(join(REPORTS, into)) ? (await readReport(into)).testResults : []
  const isFresh = ({ name }: { name: string }) => fresh.testResults.some((other) => other.name === name)
  const testResults = [...kept.filter((file) => !isFresh(file)), ...fresh.testResults]
  await writeFile(join(REPORTS, into), JSON.stringify({ ...fresh, testResults }))
}
