import type { Finding } from '../finding.ts'
import { shellQuote } from '../shell.ts'
import type { Args } from './rule.ts'

/** What is wrong, why it matters, what to do, and what was seen. */
export interface Texts {
  readonly message: string
  readonly why: string
  readonly fix: string
  readonly evidence: string
}

export interface SaidFinding extends Finding, Texts {}

interface Row {
  readonly message: (args: Args) => string
  readonly why: string | ((args: Args) => string)
  /** A command where there is one; `client` is quoted for a shell. */
  readonly fix: string | ((args: Args, client: string) => string)
  readonly evidence?: (args: Args) => string
}

const NOT_TOLD = 'Keycloak logs people out and this application is not told: they stay signed in there.'
const backchannel = (_: Args, client: string) => `kc-logout configure ${client} --backchannel-url <url>`
const certificate = ({ certificate: subject, from, until }: Args) =>
  `${subject}, valid from ${from} to ${until}`
const detail = ({ host, detail: said }: Args) => `${host}: ${said}`
const status = ({ status: code, location }: Args) =>
  `HTTP ${code}${location === undefined ? '' : `, Location: ${location}`}, to a forged logout token`
const duration = (seconds: number) =>
  seconds % 86_400 === 0
    ? `${seconds / 86_400} days`
    : seconds % 3600 === 0
      ? `${seconds / 3600} hours`
      : seconds % 60 === 0
        ? `${seconds / 60} minutes`
        : `${seconds} seconds`

/** Every finding of `doctor`, by its code. */
const ROWS: Readonly<Record<string, Row>> = {
  // Server, caller and realm
  'clients-not-visible': {
    message: () => 'The clients of the realm cannot be read.',
    why: 'Without them nothing can be said about who would be told of a logout.',
    fix: 'Give the account the role view-clients of the client realm-management.',
  },
  'role-missing': {
    message: ({ command, roles }) =>
      `\`kc-logout ${command}\` would be refused: the role ${roles} is missing.`,
    why: 'It is better known now than in the incident.',
    fix: ({ roles }) => `Give the account ${roles} of the client realm-management, or use another account.`,
    evidence: ({ roles }) => `without: ${roles}`,
  },
  'role-not-known': {
    message: ({ command, roles }) =>
      `Whether \`kc-logout ${command}\` would be allowed is not known (${roles}).`,
    why: 'Reading does not tell, and nothing is tried.',
    fix: ({ roles }) => `Look whether the account has ${roles} of the client realm-management.`,
    evidence: ({ roles }) => `not known: ${roles}`,
  },
  'version-not-known': {
    message: () => "The server's version is not known.",
    why: 'Some of its behaviour differs by version; the newest is assumed.',
    fix: 'Keycloak tells it to accounts with manage-realm.',
  },
  'one-notice-per-client': {
    message: ({ version }) =>
      `Keycloak ${version} tells a client of only one of a person's sessions when it logs the person out.`,
    why: 'The other sessions live on at the application (keycloak#27359, mended in 26.7).',
    fix: 'Log people out with `kc-logout user`: it ends session by session, and each is told.',
    evidence: ({ version }) => `version ${version}`,
  },
  'issuer-elsewhere': {
    message: ({ issuer }) => `Tokens of this realm say that they are from ${issuer}.`,
    why: 'That is not the address that Keycloak was reached at here. Applications compare `iss` letter by letter: one that is set up with this address rejects every logout token.',
    fix: 'Set up every application with the issuer above, and Keycloak with one `--hostname`.',
    evidence: ({ issuer, here }) => `issuer ${issuer}, reached at ${here}`,
  },
  'ssl-not-required': {
    message: () => 'The realm does not require https.',
    why: 'Tokens and passwords may cross the network in the clear.',
    fix: 'Set "Require SSL" of the realm to external requests.',
  },
  'events-not-stored': {
    message: ({ whose }) =>
      whose === 'user'
        ? "People's events about logouts are not stored."
        : "Administrators' events are not stored.",
    why: ({ whose }) =>
      whose === 'user'
        ? 'Why an application failed to log somebody out cannot be seen afterwards.'
        : 'Who logged whom out cannot be seen afterwards.',
    fix: 'kc-logout events --enable',
  },
  'not-before-in-future': {
    message: ({ whose, at }) => `The not-before of the ${whose} lies in the future: ${at}.`,
    why: 'Every token is older than that: nobody can stay signed in until then.',
    fix: ({ whose }, client) =>
      whose === 'client' ? `kc-logout not-before clear --client ${client}` : 'kc-logout not-before clear',
    evidence: ({ at }) => `not-before ${at}`,
  },
  'not-before-set': {
    message: ({ at }) => `The realm has a not-before: ${at}.`,
    why: 'Tokens that were issued earlier are stale, offline tokens too.',
    fix: 'That is how a logout of the realm leaves it. `kc-logout not-before clear` takes it back.',
    evidence: ({ at }) => `not-before ${at}`,
  },
  'access-token-long': {
    message: ({ seconds }) => `Access tokens live for ${duration(Number(seconds))}.`,
    why: 'An application that checks only their signature lets people in for that long after a logout.',
    fix: 'Five minutes are usual: "Access Token Lifespan".',
    evidence: ({ seconds }) => `${seconds} s`,
  },
  'session-long': {
    message: ({ seconds }) => `A session may last ${duration(Number(seconds))}.`,
    why: 'Who was signed in once stays so for that long, unless somebody ends the session.',
    fix: 'That may be wanted; "SSO Session Max" of the realm otherwise.',
    evidence: ({ seconds }) => `${seconds} s`,
  },

  // A client's settings
  'front-channel-silences': {
    message: () => 'The front channel is on: it silences the Backchannel Logout URL.',
    why: `An administrator's logout has no browser, and nothing else is called. ${NOT_TOLD}`,
    fix: ({ url }, client) =>
      `kc-logout configure ${client} --backchannel-url ${shellQuote(String(url)) ?? '<url>'}`,
    evidence: ({ url }) => `frontchannelLogout: true, Backchannel Logout URL ${url}`,
  },
  'front-channel-only': {
    message: () => 'The client has only the front channel.',
    why: `It works in a browser that logs itself out, and never in an administrator's logout. ${NOT_TOLD}`,
    fix: backchannel,
    evidence: () => 'frontchannelLogout: true, no Backchannel Logout URL',
  },
  'no-url': {
    message: () => 'The client has no logout URL.',
    why: 'It hears of no logout, and goes on until it looks at its tokens again.',
    fix: backchannel,
  },
  'no-adapter-session': {
    message: () => 'The client has an Admin URL only.',
    why: "It hears of a logout of the realm. Of the end of one person's sessions it hears only if a Keycloak adapter registered them, which cannot be seen from here.",
    fix: backchannel,
  },
  'backchannel-only': {
    message: () => 'The client has a Backchannel Logout URL only.',
    why: 'Keycloak\'s own "Logout all" never calls it (keycloak#27342): by design, its maintainers say.',
    fix: 'Log everybody out with `kc-logout all`, which tells it.',
  },
  'relative-without-root': {
    message: ({ name }) => `The ${name} is relative, and there is no root URL.`,
    why: `Keycloak completes it with its own address and posts the logout to itself. ${NOT_TOLD}`,
    fix: ({ name }, client) =>
      `kc-logout configure ${client} ${name === 'Admin URL' ? '--admin-url' : '--backchannel-url'} <absolute url>`,
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'session-host': {
    message: () => 'The Admin URL holds ${application.session.host}.',
    why: "It makes Keycloak's own logout of the realm fail for everybody (HTTP 500).",
    fix: (_, client) => `kc-logout configure ${client} --admin-url <url>`,
  },
  'session-host-backchannel': {
    message: () => 'The Backchannel Logout URL holds ${application.session.host}.',
    why: `Keycloak fills that in only for sessions that an adapter registered. ${NOT_TOLD}`,
    fix: backchannel,
  },
  'url-not-http': {
    message: ({ name }) => `The ${name} is no http or https URL.`,
    why: `Keycloak takes it, and fails when it calls it. ${NOT_TOLD}`,
    fix: ({ name }, client) =>
      `kc-logout configure ${client} ${name === 'Admin URL' ? '--admin-url' : '--backchannel-url'} <url>`,
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'url-unencrypted': {
    message: ({ name }) => `The ${name} is not encrypted (http).`,
    why: 'Who sits in between learns who is logged out, and can keep it from arriving.',
    fix: ({ name, url }, client) =>
      `kc-logout configure ${client} ${name === 'Admin URL' ? '--admin-url' : '--backchannel-url'} ${shellQuote(String(url).replace(/^http:/i, 'https:')) ?? '<url>'}`,
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'url-loopback': {
    message: ({ name }) => `The ${name} is on loopback.`,
    why: 'Keycloak calls its own machine, or its own container: right only when the application runs there too.',
    fix: 'Use the address by which the application is reached from Keycloak.',
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'url-fragment': {
    message: ({ name }) => `The ${name} has a fragment (#).`,
    why: 'A fragment is never sent; the specification forbids it in a Backchannel Logout URL.',
    fix: ({ name, url }, client) =>
      `kc-logout configure ${client} ${name === 'Admin URL' ? '--admin-url' : '--backchannel-url'} ${shellQuote(String(url).replace(/#.*$/s, '')) ?? '<url>'}`,
    evidence: ({ name, url }) => `${name} ${url}`,
  },
  'logout-token-hmac': {
    message: ({ alg }) => `Logout tokens are signed with ${alg}.`,
    why: "The key is Keycloak's own secret and not the client's: nobody else can verify such a token, so applications reject it.",
    fix: 'Set "ID token signature algorithm" of the client to RS256 or ES256.',
    evidence: ({ alg }) => `algorithm ${alg}`,
  },
  'sid-not-required': {
    message: () => 'Logout tokens do not name the session.',
    why: 'Ending one session of a person then ends all of them at this application, or none, where it needs a `sid`.',
    fix: (_, client) => `kc-logout configure ${client} --session-required`,
  },
  'revoke-offline-member': {
    message: () => 'Logout tokens ask the application to drop offline tokens.',
    why: '`events` then has a second member, which strict applications reject.',
    fix: (_, client) => `If its logout answers 400: kc-logout configure ${client} --no-revoke-offline`,
  },
  'nodes-registered': {
    message: ({ nodes }) => `Keycloak calls registered nodes instead of the Admin URL's host: ${nodes}.`,
    why: 'A node that has gone makes each call fail, and takes its time.',
    fix: 'Remove nodes that no longer exist: the client\'s "Advanced" tab, "Registered nodes".',
    evidence: ({ nodes }) => `registered: ${nodes}`,
  },
  'tenant-not-told': {
    message: ({ host }) =>
      `People of ${host} sign in through this client, and its logout URLs are on another host.`,
    why: 'One client has one Backchannel Logout URL and one Admin URL: that tenant is not told.',
    fix: 'Give each tenant a client of its own.',
    evidence: ({ host }) => `${host} is among the redirect URIs`,
  },
  disabled: {
    message: () => 'The client is disabled.',
    why: 'Keycloak tells it nothing. Sessions from before go on at the application.',
    fix: 'Nothing, if that is long ago.',
  },
  saml: {
    message: () => 'The client speaks SAML.',
    why: 'It is told by SAML, if at all; nothing is known of that here.',
    fix: 'Look at its "Logout Service" URLs. `kc-logout explain` shows SAML logouts that failed.',
  },
  'saml-admin-url': {
    message: () => 'The SAML client has a master processing URL.',
    why: "Keycloak's own logout of the realm posts an OpenID message to it, which it does not understand.",
    fix: 'Nothing, if its answer does no harm. Give each SAML binding its own URL otherwise.',
    evidence: ({ url }) => `master processing URL ${url}`,
  },

  // A URL from here
  'unknown-host': {
    message: ({ host }) => `The host of the URL does not resolve from here: ${host}.`,
    why: `If Keycloak's machine cannot resolve it either: ${NOT_TOLD}`,
    fix: 'Correct the host, or add it to the DNS.',
    evidence: detail,
  },
  refused: {
    message: ({ host }) => `Nothing accepts connections at ${host}.`,
    why: NOT_TOLD,
    fix: 'Start the application, or correct host and port.',
    evidence: detail,
  },
  unreachable: {
    message: ({ host }) => `There is no way from here to ${host}.`,
    why: `If that is so from Keycloak's machine too: ${NOT_TOLD}`,
    fix: 'Look at routing and firewall.',
    evidence: detail,
  },
  'connect-timeout': {
    message: ({ host }) => `Nobody answers at ${host}: mostly a firewall that drops packets.`,
    why: 'From Keycloak it would hold each logout up for about two minutes, and fail.',
    fix: "Open the way from Keycloak's network to the application.",
    evidence: detail,
  },
  'connection-closed': {
    message: ({ host }) => `${host} closes the connection at once.`,
    why: NOT_TOLD,
    fix: 'Look into the log of the application, or of the proxy before it.',
    evidence: detail,
  },
  'tls-not-spoken': {
    message: ({ host }) => `The URL says https, but ${host} does not speak TLS.`,
    why: NOT_TOLD,
    fix: 'Correct scheme or port.',
    evidence: detail,
  },
  'tls-old-protocol': {
    message: ({ host }) => `${host} speaks only old versions of TLS.`,
    why: `Java has switched them off. ${NOT_TOLD}`,
    fix: "Switch TLS 1.2 or 1.3 on at the application's server.",
    evidence: detail,
  },
  'tls-client-certificate': {
    message: ({ host }) => `${host} wants a client certificate.`,
    why: `Keycloak shows none unless it was given one for all its requests. ${NOT_TOLD}`,
    fix: 'Except the logout URL from mutual TLS.',
    evidence: detail,
  },
  'tls-failed': {
    message: ({ host }) => `The TLS handshake with ${host} fails.`,
    why: NOT_TOLD,
    fix: "Look at the TLS settings of the application's server.",
    evidence: detail,
  },
  'tls-expired': {
    message: ({ until }) => `A certificate has expired on ${until}.`,
    why: NOT_TOLD,
    fix: 'Renew it.',
    evidence: certificate,
  },
  'tls-not-yet-valid': {
    message: ({ from }) => `A certificate is valid only from ${from} on.`,
    why: NOT_TOLD,
    fix: 'Compare the clocks, or use a certificate that is valid now.',
    evidence: certificate,
  },
  'tls-expires-soon': {
    message: ({ until }) => `The certificate expires on ${until}.`,
    why: 'From then on logouts fail without anybody noticing.',
    fix: 'Renew it, and look why that does not happen by itself.',
    evidence: certificate,
  },
  'tls-wrong-name': {
    message: ({ host }) => `The certificate is not for ${host}.`,
    why: NOT_TOLD,
    fix: 'Use the name that it is for, or renew it with this name.',
    evidence: ({ detail: said }) => String(said),
  },
  'tls-self-signed': {
    message: () => 'The certificate is signed by itself.',
    why: `Java trusts it only if it was told to. ${NOT_TOLD}`,
    fix: "Give Keycloak the certificate (`--truststore-paths`) and this program too (`--ca-file`), or use a CA's.",
    evidence: ({ certificate: subject }) => String(subject),
  },
  'tls-missing-intermediate': {
    message: ({ issuer }) => `The server does not send the certificate of ${issuer}.`,
    why: `Browsers fetch what is missing, Java does not: it works there and fails from Keycloak. ${NOT_TOLD}`,
    fix: 'Have the server send the whole chain (the "fullchain" file).',
    evidence: ({ certificate: subject, issuer }) => `${subject}, issued by ${issuer}`,
  },
  'tls-unknown-ca': {
    message: ({ issuer }) => `The certificate was issued by ${issuer}, which is not trusted here.`,
    why: `Keycloak must know that CA, too. ${NOT_TOLD}`,
    fix: 'If the CA is your own: `--ca-file ca.pem` here, `--truststore-paths=ca.pem` at Keycloak. Else the server does not send its intermediate certificates.',
    evidence: ({ certificate: subject, issuer }) => `${subject}, issued by ${issuer}`,
  },

  // What answers there
  'accepts-forged-token': {
    message: () => 'The application accepts a forged logout token.',
    why: 'It was signed with a key that nobody knows. Either anybody can log people out there, or it answers so to everything and logs nobody out.',
    fix: 'Have the application verify logout tokens (signature, issuer, audience). Watch it with `kc-logout listen`.',
    evidence: status,
  },
  'answers-redirect': {
    message: () => 'The URL redirects.',
    why: `Keycloak does not follow. ${NOT_TOLD}`,
    fix: 'Set the final URL, and except it from sign-in: the logout token is the proof.',
    evidence: status,
  },
  'answers-401': {
    message: () => 'The URL wants a sign-in.',
    why: `Keycloak cannot sign in; unless the application says 401 to a token that it does not trust. ${NOT_TOLD}`,
    fix: 'Except the URL from authentication: the logout token is the proof.',
    evidence: status,
  },
  'answers-403': {
    message: () => 'Something refuses the request, mostly CSRF protection.',
    why: `A logout request has no cookie and no CSRF token. ${NOT_TOLD}`,
    fix: 'Except the URL from CSRF protection and from the firewall.',
    evidence: status,
  },
  'answers-404': {
    message: () => 'There is nothing at the URL.',
    why: NOT_TOLD,
    fix: (_, client) =>
      `It is the address of the endpoint, not of the application: kc-logout configure ${client} --backchannel-url <url>`,
    evidence: status,
  },
  'answers-405': {
    message: () => 'The URL takes no POST.',
    why: NOT_TOLD,
    fix: (_, client) =>
      `Let it take POST, or correct it: kc-logout configure ${client} --backchannel-url <url>`,
    evidence: status,
  },
  'answers-5xx': {
    message: ({ status: code }) => `The application fails (HTTP ${code}).`,
    why: 'It should say 400 to a token that it does not trust; a good one may fail as well.',
    fix: "The application's own log has the reason.",
    evidence: status,
  },
  'answers-other': {
    message: ({ status: code }) => `The application answers HTTP ${code} to a token that it cannot trust.`,
    why: 'The specification wants 400. Whether it takes a good one is not known.',
    fix: 'See what it answers to a real one: kc-logout listen --forward-to <url>',
    evidence: status,
  },
  slow: {
    message: ({ seconds }) => `The application took ${seconds} s to answer.`,
    why: 'Keycloak gives up after 5 s for each session, and counts it as ended.',
    fix: 'Let the endpoint answer first and work afterwards.',
    evidence: ({ seconds }) => `${seconds} s`,
  },
  'no-answer': {
    message: ({ seconds }) => `The application did not answer within ${seconds} s.`,
    why: 'It would hold each logout up for 5 s, and whether it logged anybody out stays unknown.',
    fix: 'Let the endpoint answer first and work afterwards.',
    evidence: ({ seconds }) => `silent for ${seconds} s`,
  },
  'broken-answer': {
    message: () => 'The application closed the connection instead of answering.',
    why: NOT_TOLD,
    fix: "The application's own log has the reason.",
    evidence: ({ detail: said }) => String(said),
  },
  'admin-url-test-failed': {
    message: () => "Keycloak's own test call to the Admin URL failed, though the host answers from here.",
    why: 'Either Keycloak cannot reach it from where it runs, or the application answers only to `/k_logout` and not to the test (`/k_test_available`). Keycloak says no more.',
    fix: '`kc-logout explain` on its log tells the two apart: connection errors are in it.',
    evidence: ({ urls }) => `test-nodes-available failed for ${urls}`,
  },
}

/** The codes that there are, for `--accept`. */
export const CODES: readonly string[] = Object.keys(ROWS)

export function said(finding: Finding): SaidFinding {
  const row = ROWS[finding.code]
  const args = finding.args ?? {}
  const client = (finding.clientId !== undefined && shellQuote(finding.clientId)) || '<client-id>'
  const text = (part: Row['fix'] | undefined) =>
    typeof part === 'function' ? part(args, client) : (part ?? '')
  const fromHere = args.onlyFromHere
    ? ' Keycloak itself reached that host, so this is about the way from here.'
    : ''
  return {
    ...finding,
    message: row?.message(args) ?? finding.code,
    why: `${text(row?.why)}${fromHere}`,
    fix: text(row?.fix),
    evidence: row?.evidence?.(args) ?? row?.message(args) ?? '',
  }
}
