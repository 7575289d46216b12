import { explainLogoutError } from '../../../core/events/logout-errors.ts'
import { shellQuote } from '../../../util/shell-quote.ts'
import { CAUSES, MAY_HAVE_HEARD, OPEN, STATUS, STAYS } from './failures.ts'
import type { Act, Observation } from './observation.ts'

/** What is wrong, why it matters, what to do: one sentence or two each. */
export interface LogTexts {
  readonly message: string
  readonly why: string
  readonly fix: string
}

const ACTS: Readonly<Record<Act, string>> = {
  logout: 'the logout',
  'saml-logout': 'the SAML logout',
  'push-revocation': 'a not-before',
  'availability-test': 'a test call',
  'broker-logout': 'the logout at the identity provider',
}

export function textsFor(seen: Observation): LogTexts {
  const { code, clientId } = seen
  const who = clientId === undefined ? 'An application' : `Client ${clientId}`
  if (code.startsWith('event-')) return eventTexts(seen)
  switch (code) {
    case 'not-notified':
      return {
        message: `${who} was not told of a person's logout.`,
        why: `Its front channel is on (seen so in 12 and 26): that silences the backchannel call, and an administrator's logout has no browser. ${STAYS}`,
        fix: configure(clientId, '--backchannel-url <url>'),
      }
    case 'no-adapter-session':
      return {
        message: 'A client with an Admin URL was not told, as no Keycloak adapter registered its session.',
        why: `Keycloak calls an Admin URL at the end of a session only when the application gave \`client_session_state\` with its token request, which only Keycloak's own adapters do. ${STAYS}`,
        fix: 'The line does not name the client: `kc-logout doctor` does. Give it a Backchannel Logout URL.',
      }
    case 'saml-no-url':
      return {
        message: `${who} speaks SAML and has no logout URL for the POST binding.`,
        why: STAYS,
        fix: 'Set "Logout Service POST Binding URL" of the SAML client.',
      }
    case 'session-host':
      return {
        message: `Keycloak's own logout of the realm failed for everybody: ${clientId === undefined ? 'a client' : `client ${clientId}`} has \${application.session.host} in its Admin URL.`,
        why: 'The whole act was rolled back, although some applications had been told already. No session ended.',
        fix: configure(clientId, '--admin-url <url>'),
      }
    case 'answered':
      return answeredTexts(seen, who)
    default:
      return failureTexts(seen, who)
  }
}

function failureTexts({ code, act = 'logout', clientId, url }: Observation, who: string): LogTexts {
  const { what, fix } = CAUSES[code] ?? {
    what: 'the request failed',
    fix: 'The sample line has what Java says.',
  }
  const subject = act === 'broker-logout' ? `The identity provider at ${url}` : who
  return {
    message: `${subject} ${MAY_HAVE_HEARD.has(code) ? 'did not answer' : 'did not get'} ${ACTS[act]}: ${what}.`,
    why:
      act === 'push-revocation' || act === 'availability-test'
        ? 'What fails for this call fails for a logout too: both go to the same Admin URL.'
        : act === 'broker-logout'
          ? 'People may be signed in still at the identity provider above this realm.'
          : MAY_HAVE_HEARD.has(code)
            ? OPEN
            : STAYS,
    fix: clientId === undefined ? fix : `${fix}${look(clientId)}`,
  }
}

function answeredTexts({ act = 'logout', status, url }: Observation, who: string): LogTexts {
  const subject = act === 'broker-logout' ? `The identity provider at ${url}` : who
  const text = String(status ?? '')
  const [, why = '', fix = '', became = OPEN] = STATUS.find(([pattern]) => pattern.test(text)) ?? []
  const meaning =
    act === 'push-revocation' || act === 'availability-test'
      ? 'An application that knows only `/k_logout` answers so too, and hears of a logout nevertheless.'
      : `Keycloak counts the session as ended all the same. ${act === 'logout' ? became : ''}`.trim()
  return {
    message:
      status === undefined
        ? `${subject} answered ${ACTS[act]} with an HTTP status that means no.`
        : `${subject} answered ${ACTS[act]} with HTTP ${status}.`,
    why: why ? `${why} ${meaning}` : meaning,
    fix:
      status === undefined
        ? '`kc-logout listen --take-over … --forward-to …` shows what it answers: the log does not have it.'
        : fix,
  }
}

function eventTexts({ clientId, about }: Observation): LogTexts {
  const [error, reason, auth] = about === undefined ? [] : (JSON.parse(about) as (string | null)[])
  const { explanation, fix } = explainLogoutError({
    error: error ?? undefined,
    reason: reason ?? undefined,
    clientId,
    clientAuthMethod: auth ?? undefined,
  })
  const said = [error, reason].filter((word) => typeof word === 'string').join(', ')
  return {
    message: `A logout ${clientId === undefined ? '' : `at client ${clientId} `}was refused: ${said || 'no reason given'}.`,
    why: explanation,
    fix,
  }
}

function look(clientId: string): string {
  const quoted = shellQuote(clientId)
  return quoted === undefined ? '' : ` See \`kc-logout doctor ${quoted}\`.`
}

function configure(clientId: string | undefined, flags: string): string {
  const quoted = clientId === undefined ? undefined : shellQuote(clientId)
  return `\`kc-logout configure ${quoted ?? '<client-id>'} ${flags}\``
}
