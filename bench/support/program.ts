import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** What a case may use. */
export interface Bench {
  /** The built program's command line without arguments: a copy, which a build meanwhile does not change. */
  readonly program: readonly string[]
  /** An `.mjs` with nothing in it: what Node itself costs. */
  readonly empty: readonly string[]
  /** The bare loop over node:http. */
  readonly bareLoop: readonly string[]
  say(line: string): void
}

/** One benchmark. */
export interface Case {
  readonly name: string
  readonly about: string
  /** Runs without being named. */
  readonly usual: boolean
  run(bench: Bench, options: CaseOptions): Promise<void>
}

export interface CaseOptions {
  /** Repetitions of each side, where the case has any. */
  readonly rounds?: number
  /** Sessions, where the case has any. */
  readonly sessions?: readonly number[]
  /** Sessions of each user, where the case has users with several. */
  readonly ofEach?: readonly number[]
}

export async function installProgram(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-logout-bench-program-'))
  for (const part of ['bin', 'dist', 'package.json', 'bench/empty.mjs', 'bench/bare-loop.mjs'])
    await cp(join(ROOT, part), join(folder, part), { recursive: true })
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

export const benchOf = (folder: string, say: (line: string) => void): Bench => ({
  program: [process.execPath, join(folder, 'bin/kc-logout.js')],
  empty: [process.execPath, join(folder, 'bench/empty.mjs')],
  bareLoop: [process.execPath, join(folder, 'bench/bare-loop.mjs')],
  say,
})
