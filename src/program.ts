import { Command, Help } from 'commander'
import { version } from '../package.json'
import type { CommandEntry } from './cli/command.ts'
import type { Context } from './cli/context.ts'
import { examples, footer } from './cli/help.ts'
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
  readonly start: (globals: Globals, run: (ctx: Context) => Promise<ExitCode | LastingExit>) => Promise<void>
}

/**
 * The command line. The command that is called is loaded, and no other. Where options stand before it, the line is parsed
 * twice: first with each command as a line in the help, then with the one that was found.
 */
export function buildProgram(deps: ProgramDeps) {
  return {
    async parse(typed: readonly string[]): Promise<void> {
      const argv = withoutHelpCommand(typed, deps.commands)
      const parseAs = async ({ name, load }: CommandEntry) => {
        const root = rootCommand(deps)
        const { register } = await load()
        register(root, (run) => deps.start(root.opts<Globals>(), run))
        for (const command of root.commands)
          command.addHelpText('after', () => footerText(name, deps.columns()))
        refuseOptionsAsValues(
          argv,
          [root, ...root.commands].flatMap(({ options }) => options),
        )
        for (const command of [root, ...root.commands]) refuseRepeatedOptions(command)
        await root.parseAsync(argv, { from: 'user' })
      }
      const entries = [...deps.commands, ...deps.hidden]
      const called = entries.find(({ name }) => name === argv[0])
      if (called) return parseAs(called)
      // What follows the command's name is its own: a session id may look like -V.
      const root = rootCommand(deps)
        .version(version, '-V, --version', 'prints the version')
        .enablePositionalOptions()
      for (const entry of entries) {
        const { name, summary } = entry
        root
          .command(name, { hidden: deps.hidden.includes(entry) })
          .summary(summary)
          .helpOption(false)
          .allowUnknownOption()
          .allowExcessArguments()
          .passThroughOptions()
          .action(() => parseAs(entry))
      }
      root.helpCommand('help [command]', 'shows the help of a command')
      if (argv.length === 0) root.outputHelp()
      else await root.parseAsync(argv, { from: 'user' })
    },
  }
}

/** `help user` is the same page as `user --help`, and `help nope` the same mistake as `nope`. */
function withoutHelpCommand(typed: readonly string[], commands: readonly CommandEntry[]): readonly string[] {
  const [first, name] = typed
  if (first !== 'help' || name === undefined) return typed
  return commands.some((command) => command.name === name) ? [name, '--help'] : [name]
}

function rootCommand({ writeOut, columns }: ProgramDeps): Command {
  const root = new Command('kc-logout')
    .description("Ends people's Keycloak sessions everywhere, and says which clients were told.")
    .helpOption('-h, --help', 'shows this page')
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
      formatHelp: (command, helper) => commandsFirst(Help.prototype.formatHelp.call(helper, command, helper)),
    })
    .showSuggestionAfterError()
    .addHelpText('before', EXAMPLES)
    .optionsGroup('Connection:')
    .option('--server <url>', 'Keycloak, with or without /auth')
    .option('-r, --realm <realm>', 'the realm acted on')
    .option('--login-realm <realm>', 'the realm signed in to (master)')
    .option('--client-id <id>', 'the client signed in with (admin-cli)')
    .option('--username <name>', 'the administrator')
    .option('--password-stdin', 'reads the password from stdin')
    .option('--password-file <file>', 'reads the password from a file')
    .option('--client-secret-file <file>', "reads the client's secret from a file")
    .option('--client-key <file>', "signs in by the client's private key (PEM or JWK)")
    .option('--client-cert <file>', 'shows this certificate in TLS (PEM); --client-key is its key')
    .option('--token-file <file>', 'uses the access token in a file')
    .option('--profile <name>', 'what `kc-logout login` keeps under this name')
    .option('--ca-file <file>', 'trusts these certificates (PEM) too')
    .option('--insecure', 'does not check certificates')
    .option('--allow-http', 'allows http to a host that is not loopback')
    .option('--timeout <seconds>', 'for connecting and for reading (30)')
    .optionsGroup('Output:')
    .option('--json', 'one JSON document on stdout')
    .option('--no-color', 'no colour')
    .option('-q, --quiet', 'the result alone')
    .option('--debug', 'shows each request, without secrets')
    .optionsGroup('Other:')
  return root
}

const WIDEST_TEXT = 100
const FOOT = 7
const SEPARATOR = ' · '

/** Roles, exit codes and the like, under their heads; broken between items, not inside them. */
function footerText(name: string, columns: number): string {
  const width = Math.min(columns, WIDEST_TEXT)
  const lines = footer(name).flatMap(([head, items]) => {
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

/** Commands before the options of connection: a page that is read from its top. */
function commandsFirst(page: string): string {
  const [, before, options, commands] =
    /^([\s\S]*?\n\n)(Connection:[\s\S]*?\n)(Commands:[\s\S]*)$/.exec(page) ?? []
  if (before === undefined || options === undefined || commands === undefined) return page
  return `${before}${commands.trimEnd()}\n\n${options.trimEnd()}\n`
}

const EXAMPLES = examples([
  ['kc-logout login', 'sign in once'],
  ['kc-logout sessions -r customers', 'what would a logout reach?'],
  ['kc-logout user ada -r customers', 'log one person out everywhere'],
  ['kc-logout all -r customers --dry-run', 'what would end, and who would be told'],
  ['kc-logout inspect-token < token.txt', 'why is this token rejected?'],
])
