import { NEEDS } from '../core/roles.ts'

/** A command line that works as it is written, and what it is good for. */
type Example = readonly [command: string, what: string]

const WIDTH = 80
const INDENT = '  $ '
const GAP = 2

/** What every page of help begins with: one line each in two columns, or the purpose above a command that is long. */
export function examples(list: readonly Example[]): string {
  const fits = ([command, what]: Example, column: number) =>
    !command.includes('\n') && command.length <= column && INDENT.length + column + GAP + what.length <= WIDTH
  // The column that puts most of them onto one line.
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

const EXIT_WORDS: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed',
  2: 'wrong usage',
  3: 'done in part',
  4: 'no sign-in or role',
  5: 'not found',
  6: 'not reachable',
  7: 'a check failed',
  8: 'declined',
}

/** The codes that a command ends with, besides 130 and 143 on a signal. */
const EXITS: Readonly<Record<string, readonly number[]>> = {
  sessions: [0, 2, 4, 5, 6],
  all: [0, 1, 2, 3, 4, 5, 6, 8],
  configure: [0, 1, 2, 3, 4, 5, 6, 7, 8],
  user: [0, 1, 2, 3, 4, 5, 6, 8],
  'not-before': [0, 1, 2, 3, 4, 5, 6, 8],
  'inspect-token': [0, 2, 4, 5, 6, 7],
  listen: [0, 1, 2, 4, 5, 6, 8],
  explain: [0, 2, 7],
  events: [0, 1, 2, 4, 5, 6, 8],
  doctor: [0, 2, 4, 5, 6, 7],
  'logout-url': [0, 1, 2, 4, 5, 6, 7],
  audit: [0, 2, 3, 4, 6],
  login: [0, 2, 4, 5, 6],
  whoami: [0, 2, 4, 6],
  profile: [0, 2, 4],
  completion: [0, 2],
  schema: [0, 2],
}

/** Commands that ask a realm only with some of their options. */
const ROLES_WITH: Readonly<Record<string, string>> = {
  'inspect-token': 'none; with --online view-clients, view-users, view-realm',
  listen: 'none; with --take-over view-clients and manage-clients',
  'logout-url': 'none; with --client view-clients',
  audit: "none in Keycloak; the tenant's own credentials",
}

/** The last lines of a command's help: roles, exit codes, JSON, where the other options are. */
export function footer(name: string): readonly (readonly [head: string, items: readonly string[]])[] {
  const codes = EXITS[name] ?? [0]
  const needs = NEEDS[name]
  const roles = needs
    ? [needs.roles.join(', '), ...(needs.more ?? []).map(({ roles, what }) => `${roles.join(', ')} ${what}`)]
    : [ROLES_WITH[name] ?? 'none']
  return [
    ['Roles:', roles],
    ['Exit:', codes.map((code) => `${code} ${EXIT_WORDS[code]}`)],
    ['JSON:', [`--json; fields: docs/reference/${name}.md`]],
    ['More:', ['--server, --realm, --json …: kc-logout --help']],
  ]
}
