import type { Line, View } from './text.ts'

/** stdout holds the result, once; everything else goes to stderr. */
export interface Print {
  readonly json: boolean
  /** The one result of a command: its JSON document (`schemaVersion` is added), or the view of it. */
  result<T extends object>(document: T, view: View<T>): void
  /** One of many results (`--list`, `listen`, `--follow`): one JSON line each, or the view of it. Waits for a slow reader. */
  item<T extends object>(document: T, view: View<T>): Promise<void>
  /**
   * The one result, when its list is too long to hold: one JSON document whose member `name` is written as the items
   * come and whose other members `end` gives afterwards, or the views of them all. Waits for a slow reader.
   */
  list<T extends object, E extends object>(
    name: string,
    items: AsyncIterable<T>,
    view: View<T>,
    end: () => E,
    endView: View<E>,
  ): Promise<void>
  /** Text that is the result itself, whatever `--json` says (a file to keep, a completion script). */
  raw(text: string): void
  /** A plan before it is agreed to: stderr. */
  plan<T>(value: T, view: View<T>): void
  /** A word along the way: stderr, not with `-q`. */
  note(line: Line): void
  /** A warning: stderr, also with `-q`. */
  warn(line: Line): void
  /** Progress of something long: a bar on a terminal, a line every few seconds elsewhere. */
  progress(): Progress
}

export interface Progress {
  /** A new phase with its name and, where it is known, how much there is to do. */
  phase(name: string, total?: number): void
  /** Sets what is done and what failed so far in this phase. */
  update(done: number, failed?: number): void
  /** Prints a line above the bar. */
  note(line: Line): void
  /** Takes the bar away. Safe to call twice. */
  stop(): void
}

export interface Ask {
  /** Are stdin and stderr both terminals? */
  readonly possible: boolean
  /**
   * Returns when the person agrees. Throws `declined` (exit 8) when they do not, and `confirmation-wanted` (exit 8)
   * when nobody can be asked.
   * @param flag what a script passes instead, for the hint, such as `--yes`
   * @param expected when given, it has to be typed rather than answered with y
   */
  agree(question: string, how: { flag: string; expected?: string }): Promise<void>
  /** Something not shown while it is typed. Throws a usage error when nobody can be asked. */
  secret(question: string): Promise<string>
  /** A line of text. Throws a usage error when nobody can be asked. */
  text(question: string, initial?: string): Promise<string>
}
