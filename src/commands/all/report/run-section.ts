import { quoted, type Section, type Text } from '../../../report/page.ts'
import { EXIT_TEXTS, elapsed, timeText } from '../../../report/texts.ts'
import { kcLogout } from '../../../util/shown-command.ts'
import type { Report } from './report.ts'

/** Who ran it, when, where and how. */
export function runSection({ by, when, where, kcLogout, exitCode, planOnly }: Report): Section {
  const facts: [string, Text][] = [
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
    ['Command', quoted(commandText(kcLogout))],
    ['kc-logout', kcLogout.version],
    ['Exit code', `${exitCode}: ${EXIT_TEXTS[exitCode] ?? 'see docs/reference/exit-codes.md'}`],
  ]
  if (where.insecure)
    facts.push(['TLS', 'Certificate verification was off: the connection could be intercepted.'])
  return { title: planOnly ? 'The plan' : 'The run', blocks: [{ kind: 'facts', facts }] }
}

/** As it can be typed again. */
const commandText = ({ options }: Report['kcLogout']): string => kcLogout`all ${options}`

const callerText = ({ username, clientId, loginRealm }: Report['by']): Text => [
  ...(username === null ? ['a user whose name the access token does not contain'] : [quoted(username)]),
  ', signed in to the realm ',
  quoted(loginRealm),
  ...(clientId === null ? [] : [' with the client ', quoted(clientId)]),
]
