import { duration } from '../../../util/format.ts'
import type { Row } from './row.ts'

/** What `doctor` says of the server, the caller and the realm. */
export const REALM: Readonly<Record<string, Row>> = {
  'clients-not-visible': {
    message: () => 'The clients of the realm cannot be read.',
    why: 'Without them nothing can be said about who would be told of a logout.',
    fix: 'Give the account the role view-clients of the client realm-management.',
  },
  'role-missing': {
    message: ({ command, roles }) =>
      command === 'doctor'
        ? `This does not see all there is to see: the role ${roles} is missing.`
        : `\`kc-logout ${command}\` would be refused: the role ${roles} is missing.`,
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
}
