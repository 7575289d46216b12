import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../test/support/run-cli.ts'

const PROGRAM = fileURLToPath(new URL('../bin/kc-logout.js', import.meta.url))
const COLUMNS = 80

/** What the audience sees, and the list of what was checked. */
export class Stage {
  readonly #env: Record<string, string>
  readonly #folder: string
  readonly #wrong: string[] = []
  #right = 0

  /**
   * @param env what somebody would have exported before typing the commands
   * @param folder where the commands are typed
   */
  constructor(env: Record<string, string>, folder: string) {
    this.#env = env
    this.#folder = folder
  }

  get right(): number {
    return this.#right
  }

  get wrong(): readonly string[] {
    return this.#wrong
  }

  heading(words: string): void {
    gap()
    say(bold(`── ${words} ${'─'.repeat(Math.max(3, COLUMNS - words.length - 4))}`))
    gap()
  }

  /** A paragraph, wrapped. */
  tell(words: string): void {
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

  /** Lines as they are. */
  show(...lines: readonly string[]): void {
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

  /** Runs a command in front of the audience, its output untouched, and checks its exit code. */
  async type(args: readonly string[], exit = 0): Promise<void> {
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
    this.check(`kc-logout ${args[0]} ends with ${exit}`, code === exit, `it ended with ${code}`)
  }

  /** Says whether something is as it should be; what is not makes the demo fail. */
  check(what: string, holds: boolean, instead = 'it is not so'): void {
    if (holds) {
      this.#right++
      say(`${good('ok')}  ${what}`)
    } else {
      this.#wrong.push(`${what}: ${instead}`)
      say(`${bad('WRONG')}  ${what}: ${instead}`)
    }
  }

  /** Are these the same, in any order? */
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

/** One empty line, unless there is one already. */
function gap(): void {
  if (!afterGap) say('')
}

/** A command as it can be typed, broken where it would be too wide. An option stays with its value. */
function commandLines(words: readonly string[]): string[] {
  const lines = ['$']
  for (const part of words
    .map(quoted)
    .join(' ')
    .split(/ (?=--)/)) {
    const line = `${lines.pop()} ${part}`
    // Two columns for what says that it goes on.
    if (line.length <= COLUMNS - 2) lines.push(line)
    else lines.push(`${line.slice(0, -part.length)}\\`, `    ${part}`)
  }
  return lines
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
