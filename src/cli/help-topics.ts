/** A help page that belongs to no command: `kc-logout help environment`. docs/reference has the same text. */
export interface HelpTopic {
  readonly name: string
  readonly title: string
  readonly intro: string
  readonly rows: readonly (readonly [term: string, text: string])[]
}

const ENVIRONMENT: HelpTopic = {
  name: 'environment',
  title: 'Environment variables',
  intro:
    'An option comes before KC_LOGOUT_…, that before the profile, and the profile before the variables of other Keycloak tools.',
  rows: [
    ['KC_LOGOUT_SERVER', 'Address of Keycloak (--server); else KEYCLOAK_URL'],
    ['KC_LOGOUT_REALM', 'Target realm (--realm); KEYCLOAK_REALM is never used for it'],
    ['KC_LOGOUT_LOGIN_REALM', 'Realm to sign in to (--login-realm)'],
    ['KC_LOGOUT_CLIENT_ID', 'Client to sign in with (--client-id); else KEYCLOAK_CLIENT_ID'],
    ['KC_LOGOUT_CLIENT_SECRET', 'Secret of that client; else KC_CLI_CLIENT_SECRET, KEYCLOAK_CLIENT_SECRET'],
    ['KC_LOGOUT_CLIENT_KEY', 'File with the private key of the client (--client-key)'],
    ['KC_LOGOUT_CLIENT_CERT', 'File with the certificate of the client (--client-cert)'],
    ['KC_LOGOUT_USERNAME', 'Username of the administrator (--username); else KEYCLOAK_USER'],
    ['KC_LOGOUT_PASSWORD', 'Password of the administrator; else KC_CLI_PASSWORD, KEYCLOAK_PASSWORD'],
    ['KC_LOGOUT_TOKEN', 'Access token to use instead of a sign-in (--token-file)'],
    ['KC_LOGOUT_PROFILE', 'Profile to use (--profile)'],
    ['KC_LOGOUT_CONFIG_DIR', 'Folder of profiles, kept tokens and cached names'],
    ['C8Y_USER, C8Y_PASSWORD', 'Credentials of the tenant for `kc-logout audit`'],
    ['C8Y_TOKEN', 'The same as a token'],
    ['HTTPS_PROXY, HTTP_PROXY', 'Proxy, by the scheme of the server; upper or lower case'],
    ['ALL_PROXY, NO_PROXY', 'Proxy for both; hosts without a proxy'],
    ['NODE_EXTRA_CA_CERTS', 'More certificates to trust (PEM), in addition to --ca-file'],
    ['NO_COLOR, FORCE_COLOR', 'No colour; colour without a terminal. NO_COLOR and --no-color win'],
    ['LC_ALL, LC_CTYPE, LANG', 'Character set of the terminal: ASCII unless UTF-8'],
    ['TERM', 'Kind of the terminal: no colour with dumb, ASCII with linux'],
  ],
}

const EXIT_CODES: HelpTopic = {
  name: 'exit-codes',
  title: 'Exit codes',
  intro: 'A command ends with the code of the worst thing that happened.',
  rows: [
    ['0', 'Done, or nothing to do'],
    ['1', 'Failed'],
    ['2', 'Wrong usage or input, an ambiguous name included; nothing was changed'],
    [
      '3',
      'Done in part: a session is left, a target or a notification failed; with --strict also if a client is not notified',
    ],
    ['4', 'Not signed in, or a role is missing; the message names it'],
    ['5', 'No such realm, user, client or session'],
    ['6', 'Server not reachable, TLS error or timeout'],
    ['7', 'A check failed: doctor, drill, inspect-token, configure --check, explain, logout-url'],
    ['8', 'Declined, or a confirmation is required'],
    ['129, 130, 143', 'Ended by a signal: terminal closed, Ctrl-C, termination'],
  ],
}

const JSON_OUTPUT: HelpTopic = {
  name: 'json',
  title: 'JSON output',
  intro: '--json prints one JSON document to stdout, everything else goes to stderr.',
  rows: [
    ['One document', 'With "schemaVersion": 1. Fields are added, never changed or removed silently'],
    ['One a line', 'sessions --list, events --follow, explain --follow and listen'],
    ['An error', '{"schemaVersion":1,"error":{"code","message","hint","exitCode"}} instead of the result'],
    ['Times', 'ISO 8601 in UTC'],
    ['null', 'Unknown, or there is none; each schema says which'],
    ['Schemas', 'kc-logout schema lists them, kc-logout schema user prints one'],
  ],
}

const EVIDENCE: HelpTopic = {
  name: 'evidence',
  title: 'Evidence of notifications',
  intro:
    'Keycloak answers 204 whatever an application said. Its traces and its log have the answers; --evidence reads them.',
  rows: [
    ['jaeger:URL, tempo:URL', 'The trace store that Keycloak exports to (26.2 and later), its query API'],
    ['otlp:HOST:PORT', 'Listen for OTLP/HTTP, for a Keycloak or collector that exports there'],
    [
      'log:FILE, log:-',
      "Keycloak's log from now on, or stdin: kubectl logs -f … | kc-logout user ada --yes --evidence log:-",
    ],
    ['--evidence-header-file <file>', 'Headers for the trace store, one `Name: value` per line'],
    ['--evidence-wait <seconds>', 'Seconds to wait for evidence after the last operation (20)'],
    ['--deliveries', 'List each delivery in JSON; a report always does'],
    ['Keycloak, traces', '--tracing-enabled=true --tracing-endpoint=http://collector:4317'],
    ['Keycloak, log', '--log-level=info,org.keycloak.services.managers.ResourceAdminManager:debug'],
  ],
}

const CHOOSING: HelpTopic = {
  name: 'choosing',
  title: 'Choosing users and sessions',
  intro:
    'For sessions, user and all. Different options narrow the choice, the same option repeated widens it. The plan and the JSON say how many each option chose.',
  rows: [
    ['--group <path>', 'Only users in this group or below it: /staff/contractors, or its name'],
    [
      '--role <role>',
      'Only users who have this role directly, by a group or by another role: ROLE, CLIENT/ROLE',
    ],
    ['--org <alias>', 'Only members of this organization (Keycloak 26 and later)'],
    ['--idp <alias>', 'Only users whose account is linked with this identity provider'],
    ['--attribute <key=value>', 'Only users with this attribute'],
    ['--email-domain <domain>', 'Only users whose e-mail address ends with this domain'],
    ['--exclude-user <who>', 'Not this user (id, username or e-mail address)'],
    ['--client <client-id>', 'Only sessions that involve this client'],
    ['--ip <address>', 'Only sessions from this address or network: 203.0.113.9, 10.0.0.0/8, 2001:db8::/32'],
    ['--idle <duration>', 'Only sessions not used for this long: 45m, 12h, 30d'],
    ['--started-before <time>', 'Only sessions that started before: 12h (ago), or 2026-11-21T08:00Z'],
    ['--started-after <time>', 'Only sessions that started then or later'],
  ],
}

export const HELP_TOPICS: readonly HelpTopic[] = [ENVIRONMENT, EXIT_CODES, JSON_OUTPUT, EVIDENCE, CHOOSING]
