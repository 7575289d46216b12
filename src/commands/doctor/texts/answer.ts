import { kcLogout, type ShownValue } from '../../../util/shown-command.ts'
import type { Args } from '../rules/rule.ts'
import { IF_FAILS_TOO, IF_SAME_ANSWER, type Row } from './row.ts'

const status = ({ status: code, location }: Args) =>
  `HTTP ${code}${location === undefined ? '' : `, Location: ${location}`}, to a forged logout token`
const setUrl = (client: ShownValue) => kcLogout`configure ${client} --backchannel-url <url>`

/** Sentences about the response of an application. */
export const ANSWER: Readonly<Record<string, Row>> = {
  'accepts-forged-token': {
    message: 'The application accepts a forged logout token.',
    why: 'The key of its signature is unknown. Either anyone can log users out there, or it answers every request like this and logs no user out.',
    fix: 'Have the application verify logout tokens (signature, issuer, audience). Watch it with `kc-logout listen`.',
    evidence: status,
  },
  'answers-redirect': {
    message: 'The URL redirects.',
    why: `Keycloak does not follow redirects. ${IF_SAME_ANSWER}`,
    fix: 'Set the final URL, and except it from sign-in: the logout token is the proof.',
    evidence: status,
  },
  'answers-401': {
    message: 'The URL requires a sign-in.',
    why: `Keycloak cannot sign in. ${IF_SAME_ANSWER} (Unless the application answers 401 to a token that it does not trust.)`,
    fix: 'Except the URL from authentication: the logout token is the proof.',
    evidence: status,
  },
  'answers-403': {
    message: 'The request is refused, mostly by CSRF protection.',
    why: `A logout request has no cookie and no CSRF token. ${IF_SAME_ANSWER}`,
    fix: 'Except the URL from CSRF protection and from the firewall.',
    evidence: status,
  },
  'answers-404': {
    message: 'The URL does not exist at the application.',
    why: IF_SAME_ANSWER,
    fix: (_, client) => `It is the address of the endpoint, not of the application: ${setUrl(client)}`,
    evidence: status,
  },
  'answers-405': {
    message: 'The URL does not accept POST.',
    why: IF_SAME_ANSWER,
    fix: (_, client) => `Let it accept POST, or correct it: ${setUrl(client)}`,
    evidence: status,
  },
  'answers-5xx': {
    message: ({ status: code }) => `The application fails (HTTP ${code}).`,
    title: 'The application fails (HTTP 5xx).',
    why: 'It should answer 400 to a token that it does not trust; a valid one may fail as well.',
    fix: "The application's own log has the reason.",
    evidence: status,
  },
  'answers-other': {
    message: ({ status: code }) => `The application answers HTTP ${code} to a token that it cannot trust.`,
    title: 'The application answers with an unexpected status to a token that it cannot trust.',
    why: 'The specification requires 400. Whether it accepts a valid token is not known.',
    fix: 'See its response to a real one: kc-logout listen --forward-to <url>',
    evidence: status,
  },
  slow: {
    message: ({ seconds }) => `The application took ${seconds} s to answer.`,
    title: 'The application takes too long to answer.',
    why: 'Keycloak stops waiting after 5 s for each session, and counts it as ended.',
    fix: 'Let the endpoint answer first and work afterwards.',
    evidence: ({ seconds }) => `${seconds} s`,
  },
  'no-answer': {
    message: ({ seconds }) => `The application did not answer within ${seconds} s.`,
    title: 'The application does not answer.',
    why: 'It would delay each logout by 5 s, and whether it logs the user out stays unknown.',
    fix: 'Let the endpoint answer first and work afterwards.',
    evidence: ({ seconds }) => `silent for ${seconds} s`,
  },
  'broken-answer': {
    message: 'The application sent no HTTP response: the connection broke, or another protocol answered.',
    why: IF_FAILS_TOO,
    fix: "The application's own log has the reason.",
    evidence: ({ detail: said }) => String(said),
  },
  'admin-url-test-failed': {
    message: "Keycloak's own test call to the Admin URL failed, though the host answers from here.",
    why: 'Either Keycloak cannot reach it from where it runs, or the application supports only `/k_logout` and not the test (`/k_test_available`). Keycloak gives no details.',
    fix: '`kc-logout explain` on its log tells the two apart: connection errors are logged.',
    evidence: ({ urls }) => `test-nodes-available failed for ${urls}`,
  },
  'admin-url-not-tested': {
    message: ({ why }) =>
      why === 'no-role'
        ? 'Keycloak did not call the Admin URL: the role manage-clients is missing.'
        : "Keycloak's own test call to the Admin URL ended with an error in Keycloak.",
    title: 'Keycloak did not test an Admin URL.',
    why: 'Whether Keycloak reaches it from where it runs is not known.',
    fix: ({ why }) =>
      why === 'no-role'
        ? 'Grant your account manage-clients of the client realm-management, or use another account with --probe.'
        : "Keycloak's server log has the reason at that time.",
    evidence: ({ detail }) => String(detail),
  },
  'answer-not-known': {
    message: 'The application was not called: the realm has no issuer to make a token with.',
    why: 'Whether it answers correctly is not known.',
    fix: "Check why the realm's discovery document has no `issuer`: is this a Keycloak?",
  },
}
