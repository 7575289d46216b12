import { kcLogout } from '../util/shown-command.ts'
import { quoted, type Section, type Text } from './page.ts'
import type { Report, Reported } from './report.ts'
import { EXIT_TEXTS, elapsed, timeText } from './texts.ts'

/** Who ran it, why, when, where and how. */
export function runSection<O extends Reported>(report: Report<O>): Section {
  const { by, when, where, kcLogout: program, exitCode, planOnly, reason, ticket } = report
  const facts: [string, Text][] = [
    ...(ticket === null ? [] : [['Ticket', quoted(ticket)] satisfies [string, Text]]),
    ...(reason === null ? [] : [['Reason', quoted(reason)] satisfies [string, Text]]),
    ['Realm', [quoted(where.realm), ` (from ${where.realmSource})`]],
    ['Server', [quoted(where.server), ` (from ${where.serverSource})`]],
    [
      'Keycloak',
      where.keycloakVersion === null
        ? 'version unknown: this account may not read it'
        : quoted(where.keycloakVersion),
    ],
    ['Run by', callerText(by)],
    ['Started', timeText(when.began, when.utcOffset)],
    ['Ended', timeText(when.ended, when.utcOffset)],
    ['Duration', elapsed(when.seconds * 1000)],
    ['Command', quoted(commandText(program))],
    ['kc-logout', program.version],
    ['Exit code', `${exitCode}: ${EXIT_TEXTS[exitCode] ?? 'see docs/reference/exit-codes.md'}`],
  ]
  if (where.insecure)
    facts.push(['TLS', 'Certificate verification was off: the connection could be intercepted.'])
  return { title: planOnly ? 'The plan' : 'The run', blocks: [{ kind: 'facts', facts }] }
}

/** As it can be typed again. */
const commandText = ({ command, options }: Report<Reported>['kcLogout']): string =>
  kcLogout`${command} ${options}`

const callerText = ({ username, clientId, loginRealm }: Report<Reported>['by']): Text => [
  ...(username === null ? ['a user whose name the access token does not contain'] : [quoted(username)]),
  ', signed in to the realm ',
  quoted(loginRealm),
  ...(clientId === null ? [] : [' with the client ', quoted(clientId)]),
]
