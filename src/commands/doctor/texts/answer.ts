import type { Args } from '../rules/rule.ts'
import { NOT_TOLD, type Row } from './row.ts'

const status = ({ status: code, location }: Args) =>
  `HTTP ${code}${location === undefined ? '' : `, Location: ${location}`}, to a forged logout token`

/** What `doctor` says of what answers at a URL. */
export const ANSWER: Readonly<Record<string, Row>> = {
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
    message: () => 'No answer of the application came: the connection broke, or what came is not HTTP.',
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
  'admin-url-not-tested': {
    message: ({ why }) =>
      why === 'no-role'
        ? 'Keycloak did not call the Admin URL: the role manage-clients is missing.'
        : "Keycloak's own test call to the Admin URL ended in an error of its own.",
    why: 'Whether it gets through from where it runs is not known.',
    fix: ({ why }) =>
      why === 'no-role'
        ? 'Give the account manage-clients of the client realm-management, or use another account with --probe.'
        : "Keycloak's server log has the reason of that moment.",
    evidence: ({ detail }) => String(detail),
  },
  'answer-not-known': {
    message: () => 'The application was not called: the realm names no issuer to make a token with.',
    why: 'Whether it answers rightly is not known.',
    fix: "Look why the realm's discovery document has no `issuer`: is it Keycloak that answers there?",
  },
}
