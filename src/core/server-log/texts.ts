import { explainLogoutError } from '../logout-events.ts'
import { shellQuote } from '../shell.ts'
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

const STAYS = 'The application was not told: people stay signed in there until it looks at its tokens again.'

/** How a failed delivery looks, and how it is mended. `doctor` shows the same faults before they matter. */
const CAUSES: Readonly<Record<string, { what: string; fix: string }>> = {
  'tls-untrusted': {
    what: "Java does not trust the application's certificate (PKIX path building failed)",
    fix: "Either the application's server does not send its intermediate certificate (browsers fetch it, Java does not), or Keycloak does not know the CA: `kc-logout doctor` says which. Give Keycloak the CA with `--truststore-paths=ca.pem` (24 and later; before, the truststore SPI or Java's cacerts) and restart it.",
  },
  'tls-expired': {
    what: "the application's certificate has expired",
    fix: "Renew the certificate on the application's server.",
  },
  'tls-not-yet-valid': {
    what: "the application's certificate is not valid yet",
    fix: "Compare the clocks of both servers, then the certificate's dates.",
  },
  'tls-wrong-name': {
    what: "the application's certificate is for another name",
    fix: 'Use the name that the certificate is for in the logout URL, or renew the certificate with this name among its subject alternative names.',
  },
  'tls-old-protocol': {
    what: 'the two sides have no TLS version in common',
    fix: "Switch TLS 1.2 or 1.3 on at the application's server: Java has switched the older ones off.",
  },
  'tls-client-certificate': {
    what: "the application's server wants a client certificate",
    fix: "Except the logout URL from mutual TLS, or give Keycloak's HTTP client a key store (`--spi-connections-http-client-default-client-keystore`).",
  },
  'tls-not-spoken': {
    what: 'the URL says https, but the port does not speak TLS',
    fix: 'Correct scheme or port of the logout URL.',
  },
  'tls-failed': {
    what: 'the TLS handshake failed',
    fix: '`kc-logout doctor` looks at the certificates from here; the sample line has what Java says.',
  },
  refused: {
    what: 'nothing accepts connections there',
    fix: "Start the application, or correct host and port. From Keycloak's own container, localhost is the container itself.",
  },
  unreachable: {
    what: 'there is no way to that address',
    fix: "Look at routing and firewall between Keycloak and the application, from Keycloak's machine.",
  },
  'connect-timeout': {
    what: 'nobody answered the attempt to connect: mostly a firewall that drops packets',
    fix: "Open the way from Keycloak's network to the application. Each attempt holds a logout up for about two minutes.",
  },
  'read-timeout': {
    what: 'the application took the request and did not answer within 5 s',
    fix: 'Make the logout endpoint answer first and work afterwards. Each session held the logout up for 5 s; whether the application ended it is unknown.',
  },
  'unknown-host': {
    what: 'the name of the host does not resolve on the machine of Keycloak',
    fix: "Correct the host in the URL, or add the name to the DNS that Keycloak's machine uses.",
  },
  'connection-closed': {
    what: 'the connection was closed before an answer came',
    fix: 'Look into the log of the application or of the proxy before it, at this moment; a server that wants a client certificate, or a proxy that speaks another protocol on this port, does this too.',
  },
  unknown: {
    what: 'the request failed, and the log does not say why',
    fix: '`kc-logout doctor` looks at the URL from here.',
  },
}

const STATUS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^3/,
    'It redirects, mostly to a sign-in page or from http to https; Keycloak does not follow.',
    'Set the final URL, and except it from sign-in: the logout token is the proof.',
  ],
  [
    /^401$/,
    'It wants a sign-in.',
    'Except the logout URL from authentication: the logout token is the proof.',
  ],
  [
    /^403$/,
    'Something refuses the request before the logout token is read, mostly CSRF protection.',
    'Except the logout URL from CSRF protection and from the firewall.',
  ],
  [
    /^404$/,
    'There is nothing at this URL.',
    'Correct the URL: it is the address of the endpoint, not of the application.',
  ],
  [/^405$/, 'The URL is there, but takes no POST.', 'Correct the URL, or let it take POST.'],
  [
    /^400$/,
    'It rejects the logout token, or could not log out.',
    'Its own answer says why, but Keycloak throws it away: `kc-logout listen --client … --forward-to …` shows it, `kc-logout inspect-token` checks the token.',
  ],
  [/^5/, 'It failed.', "The application's own log has the reason."],
  [/./, 'Keycloak takes 200 and 204 for success.', 'Let the endpoint answer 200 or 204.'],
]

export function textsFor(seen: Observation): LogTexts {
  const { code, clientId } = seen
  const who = clientId === undefined ? 'An application' : `Client ${clientId}`
  if (code.startsWith('event-')) return eventTexts(seen)
  switch (code) {
    case 'not-told':
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
    message: `${subject} did not get ${ACTS[act]}: ${what}.`,
    why:
      act === 'push-revocation' || act === 'availability-test'
        ? 'What fails for this call fails for a logout too: both go to the same Admin URL.'
        : act === 'broker-logout'
          ? 'People stay signed in at the identity provider above this realm.'
          : STAYS,
    fix: clientId === undefined ? fix : `${fix}${look(clientId)}`,
  }
}

function answeredTexts({ act = 'logout', status, url }: Observation, who: string): LogTexts {
  const subject = act === 'broker-logout' ? `The identity provider at ${url}` : who
  const text = String(status ?? '')
  const [, why = '', fix = ''] = STATUS.find(([pattern]) => pattern.test(text)) ?? []
  return {
    message:
      status === undefined
        ? `${subject} answered ${ACTS[act]} with an HTTP status that means no.`
        : `${subject} answered ${ACTS[act]} with HTTP ${status}.`,
    why: `${why ? `${why} ` : ''}Keycloak counts the session as ended all the same. ${act === 'logout' ? STAYS : ''}`.trim(),
    fix:
      status === undefined
        ? '`kc-logout doctor --probe` shows the status; this version of Keycloak does not log it.'
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
