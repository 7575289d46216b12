import type { IncomingHttpHeaders } from 'node:http'
import { EXIT, UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { parseJson } from './json.ts'
import { retryAfterMs } from './retry.ts'

/** What was asked for, as far as a message about its failure needs it. */
export interface RequestDescription {
  /** In words that follow "for": `the sessions of a user`. */
  readonly what: string
  /** The role of `realm-management` that is enough for it. */
  readonly role?: string | undefined
  readonly realm?: string | undefined
  readonly loginRealm?: string | undefined
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders | Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** An HTTP answer that is no success, as a sentence with the exit code of the contract. */
export function httpFailure({ status, headers, body }: Answer, asked: RequestDescription): UserError {
  const said = keycloakMessage(body)
  if (status >= 300 && status < 400) return redirected(status, headers.location)
  switch (status) {
    case 401:
      return new UserError(
        'unauthorized',
        `Keycloak does not accept the sign-in for ${asked.what}${quoted(said)}.`,
        {
          exitCode: EXIT.denied,
          hint: 'The token has expired or was revoked, or it is of another realm. Sign in again.',
        },
      )
    case 403:
      return forbidden(said, asked)
    case 404:
      return notFound(said, asked)
    case 400:
      return new UserError('refused', `Keycloak refuses ${asked.what}${quoted(said)}.`, {
        exitCode: isAboutInput(body) ? EXIT.usage : EXIT.failed,
        hint: 'Correct what it names, and try again.',
      })
    case 407:
      return new UserError('proxy-refused', 'The proxy does not let this through (HTTP 407).', {
        exitCode: EXIT.unreachable,
        hint: 'Check HTTP_PROXY and its credentials, or list the server in NO_PROXY.',
      })
    case 409:
      return new UserError('conflict', `Keycloak sees a conflict in ${asked.what}${quoted(said)}.`, {
        hint: 'Somebody else may have changed it meanwhile. Try again.',
      })
    case 429:
      return new UserError(
        'too-many-requests',
        `The server wants fewer requests (HTTP 429)${quoted(said)}.`,
        {
          hint: retryHint(headers['retry-after']) ?? 'Wait a while, or lower --concurrency.',
          retryAfter: retryAfterMs(headers['retry-after']),
        },
      )
    case 502:
    case 503:
    case 504:
      return new UserError(
        'server-unavailable',
        `The server is not available (HTTP ${status})${quoted(said)}.`,
        {
          exitCode: EXIT.unreachable,
          hint: retryHint(headers['retry-after']) ?? 'Try again later; what was done so far stays done.',
          retryAfter: retryAfterMs(headers['retry-after']),
        },
      )
    default:
      return new UserError(
        'server-error',
        `The server failed at ${asked.what} (HTTP ${status})${quoted(said)}.`,
        {
          hint:
            status >= 500
              ? "Keycloak's own log says why."
              : 'Check --server, and what stands in front of it.',
        },
      )
  }
}

function forbidden(
  said: string | undefined,
  { what, role, realm, loginRealm }: RequestDescription,
): UserError {
  if (!role) {
    return new UserError('forbidden', `Keycloak does not allow ${what}${quoted(said)}.`, {
      exitCode: EXIT.denied,
      hint: 'The account or client signed in with lacks a role.',
    })
  }
  return new UserError('role-missing', `The role ${role} is missing for ${what}.`, {
    exitCode: EXIT.denied,
    hint:
      loginRealm === 'master' && realm !== undefined && realm !== 'master'
        ? `Give the account signed in with the role ${role} of client ${realm}-realm (in master), or admin.`
        : `Give the account or service account signed in with the role ${role} of client realm-management.`,
  })
}

const MISSING: readonly (readonly [RegExp, code: string, what: string, hint: string])[] = [
  [
    /^realm (not found|does not exist)/i,
    'realm-not-found',
    'realm',
    'Check -r; names are compared with case.',
  ],
  [/^user not found/i, 'user-not-found', 'user', 'It may have been deleted meanwhile.'],
  [/^consent/i, 'consent-not-found', 'consent', 'It may have been revoked meanwhile.'],
  [/client/i, 'client-not-found', 'client', 'It may have been deleted meanwhile.'],
  [/^ses+ion not found/i, 'session-not-found', 'session', 'It may have ended meanwhile.'],
]

function notFound(said: string | undefined, { what, realm }: RequestDescription): UserError {
  const found = said === undefined ? undefined : MISSING.find(([words]) => words.test(said))
  if (found) {
    const [, code, kind, hint] = found
    const named = kind === 'realm' && realm !== undefined ? `no realm ${realm}` : `no such ${kind}`
    return new UserError(code, `There is ${named}: Keycloak says "${said}".`, {
      exitCode: EXIT.notFound,
      hint,
    })
  }
  return new UserError('not-found', `The server knows nothing of ${what} (HTTP 404)${quoted(said)}.`, {
    exitCode: EXIT.notFound,
    hint: 'Check --server and -r; a proxy in front may also hide /admin.',
  })
}

/** Following would turn a POST into a GET, or take a token to another host. */
function redirected(status: number, location: string | undefined): UserError {
  const target = location !== undefined && URL.canParse(location) ? new URL(location) : undefined
  return new UserError(
    'redirected',
    `The server answers with a redirect (HTTP ${status})${target ? ` to ${target.origin}` : ''}; it is not followed.`,
    {
      exitCode: EXIT.unreachable,
      hint: 'Give --server the address that Keycloak itself has, https included.',
    },
  )
}

/** 24 and 25 describe each error, `{"error":"User not found"}` too, as one to look for in the server's log. */
const SAYS_NOTHING = /^(HTTP \d|unknown_error|For more on this error consult the server log)/

/** Keycloak's own explanation in an error's body, if there is one worth repeating. */
export function keycloakMessage(body: string): string | undefined {
  const document = parseJson(body)
  if (!isRecord(document)) return undefined
  for (const field of ['error_description', 'errorMessage', 'error']) {
    const value = document[field]
    if (typeof value === 'string' && value !== '' && !SAYS_NOTHING.test(value)) {
      return value.slice(0, 500)
    }
  }
  return undefined
}

const isAboutInput = (body: string) => {
  const document = parseJson(body)
  return isRecord(document) && document.error === 'invalid_input'
}

const quoted = (said: string | undefined) => (said === undefined ? '' : `: "${said}"`)

const retryHint = (after: string | undefined) =>
  after === undefined ? undefined : `The server asks to wait: Retry-After ${after.slice(0, 40)}.`

/** An act whose answer did not come in time. It goes on in the server. */
export const stillRunning = (what: string) =>
  new UserError('still-running', `${what} is still running in Keycloak.`, {
    exitCode: EXIT.unreachable,
    hint: 'A client that does not answer holds it up. Look again whether it has come to its end.',
  })
