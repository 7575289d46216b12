import { Command, Help } from '@commander-js/extra-typings'
import { version } from '../package.json'
import { collect } from './cli/arguments.ts'
import type { CommandEntry } from './cli/command.ts'
import type { Context } from './cli/context.ts'
import { examples, footer } from './cli/help.ts'
import { HELP_TOPICS, type HelpTopic } from './cli/help-topics.ts'
import { parseGlobals } from './cli/realms/parse-globals.ts'
import { refuseBlankValues } from './cli/refuse-blank-values.ts'
import { refuseRepeatedOptions } from './cli/refuse-repeated-options.ts'
import { refuseOptionsAsValues } from './cli/reject-option-values.ts'
import type { Globals } from './config/global-options.ts'
import type { ExitCode, LastingExit } from './errors.ts'

export interface ProgramDeps {
  readonly commands: readonly CommandEntry[]
  /** Commands that no help page lists. */
  readonly hidden: readonly CommandEntry[]
  readonly writeOut: (text: string) => void
  readonly columns: () => number
  /** Where the documentation is: of a command, or the first page. Undefined if there is none on this machine. */
  readonly manual?: ((command?: string) => string | undefined) | undefined
  readonly start: (globals: Globals, run: (ctx: Context) => Promise<ExitCode | LastingExit>) => Promise<void>
}

/**
 * The command line. Only the command that is called is loaded. If global options stand before its name, the line is
 * parsed twice: first to find the command, then with its options.
 */
export function buildProgram(deps: ProgramDeps) {
  const entries = [...deps.commands, ...deps.hidden]

  const parseAs = async (entry: CommandEntry, argv: readonly string[]) => {
    const { name } = entry
    const root = rootCommand(deps)
    const { register } = await entry.load()
    register(root, (run) => deps.start(parseGlobals(root.opts(), entry), run))
    for (const command of root.commands) command.addHelpText('after', () => footerText(name, deps))
    refuseOptionsAsValues(
      argv,
      [root, ...root.commands].flatMap(({ options }) => options),
    )
    for (const command of [root, ...root.commands]) refuseRepeatedOptions(command)
    refuseBlankValues(root)
    await root.parseAsync(argv, { from: 'user' })
  }

  return {
    async parse(typed: readonly string[]): Promise<void> {
      const topic = topicIn(typed)
      if (topic) return deps.writeOut(topicText(topic, deps))
      const argv = withoutHelpCommand(typed, deps.commands)
      const called = entries.find(({ name }) => name === argv[0])
      if (called) return parseAs(called, argv)
      // Positional: words after the command's name are its own, such as a session id that looks like -V.
      const isShort = argv.length === 0 || typed.join(' ') === 'help'
      const root = rootCommand(deps, isShort)
        .version(version, '-V, --version', 'Print the version')
        .helpOption(...HELP_OPTION) // once more: here it belongs to the group Other
        .enablePositionalOptions()
        .commandsGroup(HELP_GROUP)
      for (const entry of entries) {
        root
          .command(entry.name, { hidden: deps.hidden.includes(entry) })
          .helpGroup(`${entry.group}:`)
          .summary(entry.summary)
          .helpOption(false)
          .allowUnknownOption()
          .allowExcessArguments()
          .passThroughOptions()
          .action(() => parseAs(entry, argv))
      }
      root.helpCommand('help [page]', `Show the help of a command, or ${TOPIC_NAMES}`)
      root.addHelpText('after', `\n${mainFoot(deps, isShort)}`)
      if (isShort) root.outputHelp()
      else await root.parseAsync(argv, { from: 'user' })
    },
  }
}

const TOPIC_NAMES = HELP_TOPICS.map(({ name }) => name).join(', ')

const topicIn = ([first, name, ...more]: readonly string[]): HelpTopic | undefined =>
  first === 'help' && more.length === 0 ? HELP_TOPICS.find((topic) => topic.name === name) : undefined

/** `help user` prints the page of `user --help`, and `help nope` fails like `nope`. */
function withoutHelpCommand(typed: readonly string[], commands: readonly CommandEntry[]): readonly string[] {
  const [first, name] = typed
  if (first !== 'help' || name === undefined) return typed
  return commands.some((command) => command.name === name) ? [name, '--help'] : [name]
}

/** With `isShort`, its help page has commands only. */
const rootCommand = ({ writeOut, columns }: ProgramDeps, isShort = false) =>
  new Command('kc-logout')
    .description('Log Keycloak users out everywhere, and report which clients were notified.')
    .helpOption(...HELP_OPTION)
    .exitOverride()
    .configureOutput({
      writeOut,
      writeErr: () => {},
      getOutHelpWidth: columns,
      getOutHasColors: () => false,
    })
    .configureHelp({
      sortOptions: false,
      showGlobalOptions: false,
      minWidthToWrap: 20,
      // For "Did you mean": options that only a topic of the help describes, too. The page itself has the visible ones.
      visibleOptions: (command) => [...command.options],
      formatHelp: (command, helper) => {
        helper.visibleOptions = Help.prototype.visibleOptions
        return commandsFirst(Help.prototype.formatHelp.call(helper, command, helper), isShort)
      },
    })
    .showSuggestionAfterError()
    .addHelpText('before', EXAMPLES)
    .optionsGroup(CONNECTION)
    .option('--server <url>', 'Address of Keycloak, with or without /auth')
    .option('-r, --realm <realm>', 'Target realm (some commands: repeatable)', collect)
    .option('--realms <pattern>', "Target realms by name, such as 'tenant-*' (repeatable)", collect)
    .option('--all-realms', 'All realms that you may see')
    .option('--login-realm <realm>', 'Realm to sign in to (master)')
    .option('--client-id <id>', 'Client to sign in with (admin-cli)')
    .option('--username <name>', 'Username of the administrator')
    .option('--password-stdin', 'Read the password from stdin')
    .option('--password-file <file>', 'Read the password from a file')
    .option('--client-secret-file <file>', 'Read the client secret from a file')
    .option('--client-key <file>', 'Sign in with the private key of the client (PEM or JWK)')
    .option('--client-cert <file>', 'Use this client certificate in TLS (PEM); --client-key is its key')
    .option('--token-file <file>', 'Use the access token in a file')
    .option('--profile <name>', 'Use this profile of `kc-logout login`', collect)
    .option('--ca-file <file>', 'Trust these certificates (PEM) too')
    .option('--insecure', 'Do not verify TLS certificates')
    .option('--allow-http', 'Allow http to a host that is not loopback')
    .option('--timeout <seconds>', 'Timeout for connecting and for reading (30)')
    .optionsGroup('Output:')
    .option('--json', 'Print one JSON document to stdout')
    .option('--no-color', 'Do not use colour')
    .option('-q, --quiet', 'Print only the result')
    .option('--debug', 'Print each request to stderr, without secrets')
    .optionsGroup('Other:')

const CONNECTION = 'Connection:'
const HELP_GROUP = 'Help:'
const HELP_OPTION = ['-h, --help', 'Show this page'] as const
const WIDEST_TEXT = 100
const FOOT = 7
const SEPARATOR = ' · '

/** The footer with its heads. Lines break between items, not inside them. */
function footerText(name: string, { columns, manual }: ProgramDeps): string {
  const width = Math.min(columns(), WIDEST_TEXT)
  const lines = footer(name, manual?.(name)).flatMap(([head, items]) => {
    const rows: string[] = []
    for (const item of items) {
      const row = rows.at(-1)
      if (row !== undefined && FOOT + row.length + SEPARATOR.length + item.length <= width)
        rows[rows.length - 1] = row + SEPARATOR + item
      else rows.push(item)
    }
    return rows.map((row, index) => `${index === 0 ? head.padEnd(FOOT) : ' '.repeat(FOOT)}${row}`)
  })
  return `\n${lines.join('\n')}`
}

/** The last lines of the first page. */
const mainFoot = ({ manual }: ProgramDeps, isShort: boolean): string =>
  [
    ...(isShort
      ? [`Topics: kc-logout help ${TOPIC_NAMES}`, 'More: kc-logout user --help, kc-logout --help']
      : []),
    ...docsLine(manual?.()),
  ].join('\n')

const docsLine = (manual: string | undefined): string[] =>
  manual === undefined ? [] : [`Documentation: ${manual}`]

/** Puts the groups of commands above the groups of options, or leaves those out: commander lists options first. */
function commandsFirst(page: string, isShort: boolean): string {
  const groups = page.split(/\n(?=\S[^\n]*:\n)/)
  const first = groups.findIndex((group) => group.startsWith(CONNECTION))
  const commands = groups.findIndex((group, index) => index > first && /^\S[^\n]*:\n {2}[a-z]/.test(group))
  if (first < 0 || commands < 0) return page
  const ordered = isShort
    ? [...groups.slice(0, first), ...groups.slice(commands).filter((group) => !group.startsWith(HELP_GROUP))]
    : [...groups.slice(0, first), ...groups.slice(commands), ...groups.slice(first, commands)]
  return `${ordered.map((group) => group.trimEnd()).join('\n\n')}\n`
}

function topicText({ title, intro, rows }: HelpTopic, { columns, manual }: ProgramDeps): string {
  const helper = new Help()
  helper.helpWidth = Math.min(columns(), WIDEST_TEXT)
  const width = Math.max(...rows.map(([term]) => term.length))
  const lines = rows.map(([term, text]) => helper.formatItem(term, width, text, helper))
  const foot = docsLine(manual?.()).map((line) => `\n${line}\n`)
  return `${title}\n\n${helper.boxWrap(intro, helper.helpWidth)}\n\n${lines.join('\n')}\n${foot.join('')}`
}

const EXAMPLES = examples([
  ['kc-logout login', 'sign in once'],
  ['kc-logout sessions -r customers', 'what would a logout reach?'],
  ['kc-logout user ada -r customers', 'log one user out everywhere'],
  ['kc-logout all -r customers --dry-run', 'what would end, who would be notified'],
  ['kc-logout inspect-token < token.txt', 'why is this token rejected?'],
])
