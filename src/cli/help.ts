import { NEEDS } from '../core/roles.ts'

/** A command line that works as written, and its purpose. */
type Example = readonly [command: string, what: string]

const WIDTH = 80
const INDENT = '  $ '
const GAP = 2

/** The examples at the top of a help page: two columns, or the purpose above a long command. */
export function examples(list: readonly Example[]): string {
  const fits = ([command, what]: Example, column: number) =>
    !command.includes('\n') && command.length <= column && INDENT.length + column + GAP + what.length <= WIDTH
  // The column width with which most examples fit on one line.
  const [best] = list
    .map(([{ length: column }]) => ({ column, lines: list.filter((one) => fits(one, column)).length }))
    .sort((a, b) => b.lines - a.lines || a.column - b.column)
  const column = best?.column ?? 0
  const lines = list.map((one) => {
    const [command, what] = one
    return fits(one, column)
      ? `${INDENT}${command.padEnd(column + GAP)}${what}`
      : `  # ${what}\n${INDENT}${command}`
  })
  return `Examples:\n${lines.join('\n')}\n`
}

/** Short forms of `kc-logout help exit-codes`. */
const EXIT_WORDS: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed',
  2: 'wrong usage',
  3: 'done in part',
  4: 'no sign-in or role',
  5: 'not found',
  6: 'unreachable',
  7: 'a check failed',
  8: 'declined',
}

/** Exit codes of each command, apart from those after a signal. */
const EXITS: Readonly<Record<string, readonly number[]>> = {
  sessions: [0, 1, 2, 3, 4, 5, 6],
  all: [0, 1, 2, 3, 4, 5, 6, 8],
  configure: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  user: [0, 1, 2, 3, 4, 5, 6, 8],
  'not-before': [0, 1, 2, 3, 4, 5, 6, 8],
  'inspect-token': [0, 2, 4, 5, 6, 7],
  listen: [0, 1, 2, 4, 5, 6, 8],
  explain: [0, 2, 7],
  events: [0, 1, 2, 4, 5, 6, 8],
  doctor: [0, 1, 2, 3, 4, 5, 6, 7],
  drill: [0, 1, 2, 4, 5, 6, 7],
  'logout-url': [0, 1, 2, 4, 5, 6, 7],
  audit: [0, 2, 3, 4, 6],
  login: [0, 2, 4, 5, 6, 8],
  logout: [0, 2, 4],
  whoami: [0, 2, 4, 6],
  profile: [0, 2, 4],
  completion: [0, 2],
  schema: [0, 2],
}

/** Roles of commands that call Keycloak only with some options. */
const ROLES_WITH: Readonly<Record<string, string>> = {
  'inspect-token': 'none; with --online view-clients, view-users, view-realm',
  listen: 'none; with --take-over view-clients and manage-clients',
  'logout-url': 'none; with --client view-clients',
  audit: "none in Keycloak; the tenant's own credentials",
}

/** Options of a topic of their own: `kc-logout help choosing`. */
const WHICH = ['Which:', ['--group, --role, --client, --ip …', 'kc-logout help choosing']] as const
const CHOOSING = new Set(['sessions', 'user', 'all'])

/** The last lines of a command's help: roles, exit codes, where more is. `manual` names the documentation, if known. */
export function footer(
  name: string,
  manual?: string,
): readonly (readonly [head: string, items: readonly string[]])[] {
  const codes = EXITS[name] ?? [0]
  const needs = NEEDS[name]
  const roles = needs
    ? [needs.roles.join(', '), ...(needs.more ?? []).map(({ roles, what }) => `${roles.join(', ')} ${what}`)]
    : [ROLES_WITH[name] ?? 'none']
  return [
    ['Roles:', roles],
    ['Exit:', codes.map((code) => `${code} ${EXIT_WORDS[code]}`)],
    ...(CHOOSING.has(name) ? [WHICH] : []),
    ['More:', ['--server, --realm …: kc-logout --help', '--json: kc-logout help json']],
    ...(manual === undefined ? [] : [['Docs:', [manual]] as const]),
  ]
}
