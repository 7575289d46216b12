import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../test/support/run-cli.ts'

const PROGRAM = fileURLToPath(new URL('../bin/kc-logout.js', import.meta.url))
const COLUMNS = 80

/** Prints the demo, runs its commands and counts its checks. */
export class Output {
  readonly #env: Record<string, string>
  readonly #folder: string
  readonly #failed: string[] = []
  #passed = 0

  /**
   * @param env variables that are set for the commands
   * @param folder working directory of the commands
   */
  constructor(env: Record<string, string>, folder: string) {
    this.#env = env
    this.#folder = folder
  }

  get passed(): number {
    return this.#passed
  }

  get failed(): readonly string[] {
    return this.#failed
  }

  heading(words: string): void {
    gap()
    say(bold(`── ${words} ${'─'.repeat(Math.max(3, COLUMNS - words.length - 4))}`))
    gap()
  }

  /** Prints a paragraph, wrapped. */
  text(words: string): void {
    let line = ''
    for (const word of words.split(/\s+/)) {
      if (line && line.length + 1 + word.length > COLUMNS) {
        say(line)
        line = word
      } else line = line ? `${line} ${word}` : word
    }
    say(line)
  }

  gap(): void {
    gap()
  }

  /** Prints lines as they are. */
  lines(...lines: readonly string[]): void {
    for (const line of lines) say(line)
  }

  table(rows: readonly (readonly string[])[]): void {
    const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)))
    const lines = rows.map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    gap()
    say(`  ${dim(lines[0] ?? '')}`)
    for (const line of lines.slice(1)) say(`  ${line}`)
    gap()
  }

  /** Prints and runs a command, shows its output, and checks its exit code. */
  async run(args: readonly string[], exit = 0): Promise<void> {
    gap()
    for (const line of commandLines(['kc-logout', ...args])) say(bold(line))
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: this.#folder,
      env: cleanEnvironment(this.#env),
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
    afterGap = false
    gap()
    this.check(`kc-logout ${args[0]} exits with ${exit}`, code === exit, `exit code ${code}`)
  }

  /** Prints the result of a check. A failed check makes the demo fail. */
  check(what: string, isTrue: boolean, found = 'not true'): void {
    if (isTrue) {
      this.#passed++
      say(`${good('ok')}  ${what}`)
    } else {
      this.#failed.push(`${what}: ${found}`)
      say(`${bad('FAILED')}  ${what}: ${found}`)
    }
  }

  /** Checks that both lists have the same items, in any order. */
  checkSame(what: string, found: readonly string[], expected: readonly string[]): void {
    const sorted = (values: readonly string[]) => [...values].sort().join(' ')
    this.check(
      what,
      sorted(found) === sorted(expected),
      `found [${sorted(found)}], expected [${sorted(expected)}]`,
    )
  }
}

const coloured = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
const style = (code: number) => (words: string) => (coloured ? `\x1b[${code}m${words}\x1b[0m` : words)
const bold = style(1)
const dim = style(2)
const good = style(32)
const bad = style(31)

let afterGap = false

function say(line: string): void {
  process.stdout.write(`${line}\n`)
  afterGap = line === ''
}

/** Prints an empty line, unless the last line is empty. */
function gap(): void {
  if (!afterGap) say('')
}

/** A command as it can be typed, wrapped before options. */
function commandLines(words: readonly string[]): string[] {
  const lines = ['$']
  for (const part of words
    .map(quoted)
    .join(' ')
    .split(/ (?=--)/)) {
    const line = `${lines.pop()} ${part}`
    // Two columns for the backslash.
    if (line.length <= COLUMNS - 2) lines.push(line)
    else lines.push(`${line.slice(0, -part.length)}\\`, `    ${part}`)
  }
  return lines
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
