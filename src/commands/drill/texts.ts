import { type Piece, quoted } from '../../report/page.ts'
import type { Seen, SeenCode } from './verdict.ts'

interface Text {
  /** @param detail of what was seen; empty if there is none */
  readonly why: (detail: string) => string
  readonly fix?: string
}

const said = (detail: string) => (detail === '' ? '' : ` ("${detail}")`)
const USE_BROWSER = 'Use --browser.'
const OWN_USER = 'Use a drill user that needs none.'
const NAME_HOST = 'If it belongs to the application, add it to the redirect URIs of the client.'
const LOOK_UP = 'Open the address in a browser; name the right one in a drill file.'

/** Why an application is out, in, or could not be signed in to, and what to do. */
export const SEEN_TEXTS: Readonly<Record<SeenCode, Text>> = {
  'login-page': { why: () => "it leads to Keycloak's login page" },
  refused: { why: (status) => `it answers ${status}` },
  'mark-missing': { why: () => 'the page no longer contains the signedIn mark' },
  'probe-redirected': { why: () => 'the probe redirects elsewhere' },
  page: { why: () => 'it shows the same page as before the logout' },
  mark: { why: () => 'the page still contains the signedIn mark' },
  'other-page': {
    why: () => 'it shows another page, which does not tell in from out',
    fix: 'Name a signedIn mark or a logoutProbe in a drill file.',
  },
  'http-status': { why: (status) => `it answers HTTP ${status}`, fix: 'Check the application.' },
  unreachable: {
    why: (what) => `it does not respond (${what})`,
    fix: 'Check that it runs, and its address.',
  },
  'foreign-host': {
    why: (host) => `it leads to ${host}, which is neither Keycloak's host nor the application's`,
    fix: NAME_HOST,
  },
  'form-redirected': {
    why: (host) => `a form would have been sent on to ${host}`,
    fix: 'Check who serves the form: it was not sent there.',
  },
  'too-many-redirects': { why: () => 'its redirects do not end', fix: LOOK_UP },
  'bad-redirect': { why: () => 'it redirects to an address that is not valid', fix: LOOK_UP },
  'no-url': {
    why: () => 'the client has no base URL and no root URL',
    fix: 'Name its address with --url or in a drill file.',
  },
  'wrong-password': {
    why: (detail) => `Keycloak did not accept the username and password${said(detail)}`,
    fix: 'Check --user and the password file. The account may also be locked.',
  },
  'not-tried': {
    why: (client) => `not tried, because Keycloak rejected the password at ${client}`,
    fix: 'Correct the password first: more attempts could lock the account.',
  },
  'second-factor': { why: (which) => `Keycloak asks for ${which}`, fix: OWN_USER },
  'required-action': {
    why: (which) => `Keycloak requires an action: ${which}`,
    fix: 'Complete it once as this user, or use another drill user.',
  },
  consent: {
    why: () => 'Keycloak asks for consent',
    fix: 'Grant it once as this user, or turn off "Consent required" at the client.',
  },
  'identity-provider': {
    why: (which) => `it leads to an identity provider (${which})`,
    fix: 'Use a user with a password in this realm, and an address that shows its login form.',
  },
  'needs-javascript': { why: () => 'the page needs JavaScript', fix: USE_BROWSER },
  'error-page': {
    why: (text) => `Keycloak shows an error${said(text)}`,
    fix: 'Check the client and its redirect URIs.',
  },
  'unknown-page': { why: (title) => `Keycloak shows a page that is not known${said(title)}`, fix: LOOK_UP },
  unencrypted: {
    why: (host) => `the password would go to ${host} unencrypted`,
    fix: 'Use https for Keycloak, or --allow-http.',
  },
  'no-login-page': {
    why: () => "it does not lead to Keycloak's login page",
    fix: 'Name a page that only signed-in users may see; with --browser if a script signs in.',
  },
  'not-signed-in': {
    why: (detail) => `after the sign-in it does not show a signed-in user${said(detail)}`,
    fix: 'Check the application with a browser, and the signedIn mark and logoutProbe.',
  },
  'always-in': {
    why: () => 'it shows a signed-in user before the sign-in',
    fix: 'Name a signedIn mark or logoutProbe that only signed-in users see.',
  },
  'always-through-keycloak': {
    why: () =>
      "this address always leads through Keycloak, so it does not show the application's own session",
    fix: 'Name a page that does not start a sign-in (logoutProbe in a drill file).',
  },
  'no-session': {
    why: () => 'signed in, but the session is not among those of the user in this realm',
    fix: 'Does the application use this realm of this Keycloak? A session may be left.',
  },
  'not-ended': { why: (what) => `its session could not be ended: ${what}` },
  stopped: {
    why: (what) => `the drill stopped early${what === '' ? '' : `: ${what}`}`,
    fix: 'Run the drill again.',
  },
}

/** `it answers 401` */
export const whyText = ({ what, detail }: Seen): string => SEEN_TEXTS[what].why(detail ?? '')

/** The same for a report, where `detail`, which others wrote, is quoted. */
export function seenPieces({ what, detail }: Seen): Piece[] {
  const { why } = SEEN_TEXTS[what]
  const [before = '', after] = why(detail ? '\0' : '').split('\0')
  return detail && after !== undefined ? [before, quoted(detail), after] : [before]
}
