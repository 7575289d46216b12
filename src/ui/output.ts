import type { Line, View } from './text.ts'

/** Output of a command: the result on stdout, everything else on stderr. */
export interface Print {
  readonly json: boolean
  /** The only result of a command: its JSON document (with `schemaVersion`), or its view. */
  result<T extends object>(document: T, view: View<T>): void
  /** One of many results (`--list`, `listen`, `--follow`): a JSON line, or its view. Waits for a slow reader. */
  item<T extends object>(document: T, view: View<T>): Promise<void>
  /** One line of CSV, whatever `json` says. Waits for a slow reader. */
  row(cells: readonly string[]): Promise<void>
  /**
   * The only result, if its list is too long for the memory: one JSON document whose member `name` is written as the
   * items arrive, and whose other members `end` returns afterwards; or their views. Waits for a slow reader.
   */
  list<T extends object, E extends object>(
    name: string,
    items: AsyncIterable<T>,
    view: View<T>,
    end: () => E,
    endView: View<E>,
  ): Promise<void>
  /** Text that is the result itself, also with `--json` (a file, a completion script). */
  raw(text: string): void
  /** A plan before its confirmation: stderr. */
  plan<T>(value: T, view: View<T>): void
  /** A note: stderr, not with `-q`. */
  note(line: Line): void
  /** A warning: stderr, also with `-q`. */
  warn(line: Line): void
  /** Progress of a long operation: a bar in a terminal, otherwise a line every few seconds. */
  progress(): Progress
}

export interface Progress {
  /** Starts a phase. Without a total, only what is done is shown. */
  phase(name: string, total?: number): void
  /** Sets what is done and what failed so far in this phase; `detail` is shown where there is room. */
  update(done: number, failed?: number, detail?: string): void
  /** Prints a line above the bar. */
  note(line: Line): void
  /** Removes the bar. Safe to call twice. */
  stop(): void
}

export interface Ask {
  /** Are stdin and stderr both terminals? */
  readonly possible: boolean
  /**
   * Returns after a confirmation. Throws `declined` (exit 8) without one, and `confirmation-wanted` (exit 8) if stdin or
   * stderr is not a terminal.
   * @param flag the option that a script uses instead, for the hint: `--yes`
   * @param expected text to type instead of y
   * @param given confirmed on the command line already: nothing is asked
   */
  confirm(question: string, how: { flag: string; expected?: string; given?: boolean }): Promise<void>
  /** Text that is not shown while it is typed. Throws a usage error if stdin or stderr is not a terminal. */
  secret(question: string): Promise<string>
  /** A line of text. Throws a usage error if stdin or stderr is not a terminal. */
  text(question: string, initial?: string): Promise<string>
}
