import { CAUSES, MAY_HAVE_ARRIVED, OPEN, STATUS, STAYS } from '../../core/call-failures.ts'
import { explainLogoutError } from '../../core/events/logout-errors.ts'
import type { Observation, Operation } from '../../server-log/observation.ts'
import { kcLogout } from '../../util/shown-command.ts'

/** What is wrong, why it matters, what to do: one sentence or two each. */
export interface LogTexts {
  readonly message: string
  readonly why: string
  readonly fix: string
}

const OPERATIONS: Readonly<Record<Operation, string>> = {
  logout: 'the logout',
  'saml-logout': 'the SAML logout',
  'push-revocation': 'a not-before',
  'availability-test': 'a test call',
  'broker-logout': 'the logout at the identity provider',
  'browser-logout': 'a logout in the browser',
}

/** The sentences about one failure. */
export function textsFor(seen: Observation): LogTexts {
  if (seen.code.startsWith('event-')) return eventTexts(seen)
  return SPECIAL[seen.code]?.(seen) ?? failureTexts(seen)
}

const who = ({ clientId }: Observation): string =>
  clientId === undefined ? 'An application' : `Client ${clientId}`

const SPECIAL: Readonly<Record<string, (seen: Observation) => LogTexts>> = {
  'not-notified': (seen) => ({
    message: `${who(seen)} was not notified of a user's logout.`,
    why: `The log does not say why. Mostly its front channel is on, which silences the backchannel call (an administrator's logout has no browser), or the client is disabled. ${STAYS}`,
    fix: `${doctor(seen)} says which, and how to change it.`,
  }),
  'no-adapter-session': () => ({
    message:
      'A client with an Admin URL was not notified because no Keycloak adapter had registered its session.',
    why: `Keycloak calls an Admin URL at the end of a session only when the application sent \`client_session_state\` with its token request, which only Keycloak's own adapters do. ${STAYS}`,
    fix: 'The line does not name the client: `kc-logout doctor` does. Give it a Backchannel Logout URL.',
  }),
  'saml-no-url': (seen) => ({
    message: `${who(seen)} uses SAML and has no logout URL for the SOAP or POST binding.`,
    why: STAYS,
    fix: 'Set "Logout Service POST Binding URL" of the SAML client.',
  }),
  'session-host': ({ clientId }) => ({
    message: `Keycloak's own logout of the realm failed for all users: ${clientId === undefined ? 'a client' : `client ${clientId}`} has \${application.session.host} in its Admin URL.`,
    why: 'The whole operation was rolled back, although some applications had been notified already. No session ended.',
    fix: `\`${kcLogout`configure ${client(clientId)} --admin-url <url>`}\``,
  }),
  'provider-not-found': ({ act, about }) => ({
    message:
      act === 'browser-logout'
        ? `A logout in the browser ended with an error page (HTTP 500): identity provider ${about} is disabled or was deleted.`
        : `Keycloak did not log a user out at identity provider ${about}: it is disabled or was deleted.`,
    why:
      act === 'browser-logout'
        ? 'Users who signed in by it cannot log out themselves: their session stays.'
        : 'The session there lives on; the user may sign in again without a password once it is enabled.',
    fix: 'Enable the identity provider, or end the sessions of its users: `kc-logout user <username>`.',
  }),
  'server-error': ({ about }) => ({
    message: `A logout in the browser ended with an error page (HTTP 500): ${about || 'Keycloak gives no reason'}.`,
    why: 'The user may still be signed in.',
    fix: "The stack trace in Keycloak's log shows where it failed. `kc-logout user <username>` ends the user's sessions.",
  }),
  answered: (seen) => answeredTexts(seen),
}

const subjectOf = (seen: Observation): string =>
  seen.act === 'broker-logout' ? `The identity provider ${providerOf(seen)}` : who(seen)

const providerOf = ({ url, about }: Observation): string => (url === undefined ? (about ?? '') : `at ${url}`)

/** Calls to an Admin URL that end no session. */
const isTest = ({ act }: Observation): boolean => act === 'push-revocation' || act === 'availability-test'

function failureTexts(seen: Observation): LogTexts {
  const { code, act = 'logout', clientId } = seen
  const cause = CAUSES[code]
  const mayHaveArrived = MAY_HAVE_ARRIVED.has(code)
  return {
    message: `${subjectOf(seen)} ${mayHaveArrived ? 'did not answer' : 'did not get'} ${OPERATIONS[act]}: ${cause?.what ?? 'the request failed'}.`,
    why: isTest(seen)
      ? 'A cause that makes this call fail makes a logout fail too: both go to the same Admin URL.'
      : act === 'broker-logout'
        ? 'Users may still be signed in at the identity provider, and come back without a password.'
        : mayHaveArrived
          ? OPEN
          : STAYS,
    fix: `${cause?.fix ?? "The sample line has Java's message."}${clientId === undefined || act === 'saml-logout' ? '' : ` See ${doctor(seen)}.`}`,
  }
}

function answeredTexts(seen: Observation): LogTexts {
  const { act = 'logout', status } = seen
  const found = STATUS.find((one) => one.status.test(String(status ?? '')))
  const meaning = isTest(seen)
    ? 'An application that knows only `/k_logout` answers so too, and is notified of a logout nevertheless.'
    : `Keycloak counts the session as ended all the same. ${act === 'logout' ? (found?.outcome ?? OPEN) : ''}`.trim()
  return {
    message:
      status === undefined
        ? `${subjectOf(seen)} answered ${OPERATIONS[act]} with an HTTP status that means failure.`
        : `${subjectOf(seen)} answered ${OPERATIONS[act]} with HTTP ${status}.`,
    why: found ? `${found.why} ${meaning}` : meaning,
    fix:
      found?.fix ??
      '`kc-logout listen --take-over … --forward-to …` shows its answer: the log does not have it.',
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

/** A token in place of a client id was masked: no command takes it. */
const client = (clientId: string | undefined) => ({
  value: clientId?.includes('…') ? undefined : clientId,
  orElse: '<client-id>',
})

const doctor = ({ clientId }: Observation): string => `\`${kcLogout`doctor ${client(clientId)}`}\``
