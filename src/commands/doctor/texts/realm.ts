import { duration } from '../../../util/format.ts'
import { kcLogout } from '../../../util/shown-command.ts'
import type { Row } from './row.ts'

const GRANT = 'of the client realm-management'

/** Sentences about the server, the caller and the realm. */
export const REALM: Readonly<Record<string, Row>> = {
  'clients-not-visible': {
    message: 'The clients of the realm cannot be read.',
    why: 'Without them it is not known which clients would be notified of a logout.',
    fix: `Grant your account the role view-clients ${GRANT}.`,
  },
  'clients-partly-visible': {
    message: ({ seen }) => String(seen),
    why: 'What would go wrong there is not known: this check is about a part of the realm.',
    fix: `Grant your account the role view-clients ${GRANT}, or name the clients to check.`,
  },
  'providers-not-visible': {
    message: 'The identity providers of the realm cannot be read.',
    why: 'Whether users come back without a password from a session at a provider is not known.',
    fix: `Grant your account the role view-identity-providers ${GRANT}.`,
  },
  'role-missing': {
    message: ({ command, roles }) =>
      command === 'doctor'
        ? `This check is not complete: the role ${roles} is missing.`
        : `The command ${command} would be refused: the role ${roles} is missing.`,
    title: 'Your account lacks roles for the commands marked with (no).',
    why: 'Keycloak refuses requests without these roles.',
    fix: ({ roles }) => `Grant your account ${roles} ${GRANT}, or use another account.`,
    evidence: ({ roles }) => `without: ${roles}`,
  },
  'role-not-known': {
    message: ({ command, roles }) => `Whether the command ${command} is allowed is not known (${roles}).`,
    title: 'Whether some commands are allowed is not known.',
    why: 'Read-only requests do not show it, and doctor sends no others.',
    fix: ({ roles }) => `Check that your account has ${roles} ${GRANT}.`,
    evidence: ({ roles }) => `not known: ${roles}`,
  },
  'version-not-known': {
    message: "The server's version is not known.",
    why: 'Some of its behaviour depends on the version; the newest is assumed.',
    fix: 'Use an account with manage-realm: Keycloak shows it the version.',
  },
  'one-notice-per-client': {
    message: ({ version }) =>
      `Keycloak ${version} notifies a client of only one of a user's sessions when it logs the user out.`,
    why: 'The other sessions live on at the application (keycloak#27359, fixed in 26.7).',
    fix: 'Log users out with `kc-logout user`: it ends session by session, and notifies of each.',
    evidence: ({ version }) => `version ${version}`,
  },
  'issuer-elsewhere': {
    message: ({ issuer }) => `Tokens of this realm have the issuer ${issuer}.`,
    why: 'Keycloak was reached at another address here. Applications compare `iss` exactly: one that is configured with the address used here rejects every logout token.',
    fix: 'Configure every application with the issuer above, and Keycloak with one `--hostname`.',
    evidence: ({ issuer, here }) => `issuer ${issuer}, reached at ${here}`,
  },
  'ssl-not-required': {
    message: 'The realm does not require https.',
    why: 'Tokens and passwords may cross the network unencrypted.',
    fix: 'Set "Require SSL" of the realm to external requests.',
  },
  'events-not-stored': {
    message: ({ whose }) =>
      whose === 'user' ? 'User events about logouts are not stored.' : 'Admin events are not stored.',
    title: 'Neither user events about logouts nor admin events are stored.',
    why: ({ whose }) =>
      whose === 'user'
        ? 'Why a logout of an application failed cannot be seen afterwards.'
        : 'Afterwards it is unknown which administrator logged which user out.',
    fix: kcLogout`events --enable`,
  },
  'not-before-in-future': {
    message: ({ whose, at }) => `The not-before of the ${whose} lies in the future: ${at}.`,
    title: 'A not-before lies in the future.',
    why: 'Every token is older than that: no user can stay signed in until then.',
    fix: ({ whose }, client) =>
      whose === 'client' ? kcLogout`not-before clear --client ${client}` : kcLogout`not-before clear`,
    evidence: ({ at }) => `not-before ${at}`,
  },
  'not-before-set': {
    message: ({ at }) => `The realm has a not-before: ${at}.`,
    why: 'Tokens that were issued earlier are stale, offline tokens too.',
    fix: 'A logout of the realm sets it. `kc-logout not-before clear` removes it.',
    evidence: ({ at }) => `not-before ${at}`,
  },
  'access-token-long': {
    message: ({ seconds }) => `Access tokens live for ${duration(Number(seconds))}.`,
    title: 'Access tokens live long.',
    why: 'An application that checks only their signature accepts them for that long after a logout.',
    fix: 'Shorten "Access Token Lifespan"; five minutes are usual.',
    evidence: ({ seconds }) => `${seconds} s`,
  },
  'session-long': {
    message: ({ seconds }) => `A session may last ${duration(Number(seconds))}.`,
    why: 'A user who signed in once stays signed in for that long, unless the session is ended.',
    fix: 'Shorten "SSO Session Max" of the realm, unless this is intended.',
    evidence: ({ seconds }) => `${seconds} s`,
  },
}
