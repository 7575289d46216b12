import { buildProgram } from '../../../src/program.ts'
import { COMMANDS, HIDDEN } from '../../../src/registry.ts'

/** One option or argument of a help page. */
export interface HelpRow {
  readonly term: string
  readonly text: string
}

/** A help page, taken apart. */
export interface HelpPage {
  /** Lines of examples, without their heading. */
  readonly examples: readonly string[]
  readonly usage: string
  readonly description: string
  /** Rows by their heading: `Arguments`, `Options`, `Connection`, … */
  readonly groups: ReadonlyMap<string, readonly HelpRow[]>
}

/** The text that a command line prints. Nothing but help may be asked for: no command is run. */
export async function printed(argv: readonly string[], columns: number): Promise<string> {
  let text = ''
  const program = buildProgram({
    commands: COMMANDS,
    hidden: HIDDEN,
    columns: () => columns,
    writeOut: (more) => {
      text += more
    },
    start: () => Promise.reject(new Error('No command is run here')),
  })
  // commander ends with an error whose exit code is 0
  await program.parse(argv).catch((error: unknown) => {
    if (!(error instanceof Error && 'exitCode' in error && error.exitCode === 0)) throw error
  })
  return text
}

/** Wide enough for every row to stay on one line. */
const WIDE = 1000

/** The help page of a command, or the first page. */
export async function helpPage(command?: string): Promise<HelpPage> {
  const text = await printed(command === undefined ? ['--help'] : [command, '--help'], WIDE)
  const paragraphs = text.split(/\n{2,}/)
  const groups = new Map<string, HelpRow[]>()
  let usage = ''
  let description = ''
  let examples: string[] = []
  for (const paragraph of paragraphs) {
    const [head = '', ...rows] = paragraph.trimEnd().split('\n')
    const [, heading] = /^([A-Z][\w -]*):$/.exec(head) ?? []
    if (head.startsWith('Usage: ')) usage = head.slice('Usage: '.length)
    else if (heading === 'Examples') examples = rows.map((row) => row.replace(/^ {2}/, ''))
    else if (heading !== undefined) groups.set(heading, rows.map(rowOf))
    else if (usage && !description) description = head
  }
  return { examples, usage, description, groups }
}

function rowOf(line: string): HelpRow {
  const [, term = line.trim(), text = ''] = /^ {2}(\S.*?) {2,}(.*)$/.exec(line) ?? []
  return { term, text }
}
