import type { IncomingHttpHeaders } from 'node:http'
import { EXIT, UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { parseJson } from './json.ts'
import { retryAfterMs } from './retry.ts'

/** What a request was for, as messages about its failure need it. */
export interface RequestDescription {
  /** Words that follow "for": `the sessions of a user`. */
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

/** The error for an HTTP answer that is not a success. */
export function httpFailure({ status, headers, body }: Answer, request: RequestDescription): UserError {
  const said = keycloakMessage(body)
  const { what } = request
  if (status >= 300 && status < 400) return redirected(status, headers.location)
  if ((status === 401 || status === 403) && isWebPage(headers, body)) return blocked(status, what)
  switch (status) {
    case 401:
      return new UserError(
        'unauthorized',
        `Keycloak does not accept the sign-in for ${what}${quoted(said)}.`,
        {
          exitCode: EXIT.denied,
          hint: 'The token has expired, was revoked, or is of another realm. Sign in again.',
        },
      )
    case 403:
      return forbidden(said, request)
    case 404:
      return notFound(said, request)
    case 400:
      return new UserError('refused', `Keycloak refuses ${what}${quoted(said)}.`, {
        exitCode: isAboutInput(body) ? EXIT.usage : EXIT.failed,
        hint: 'Correct what the message names, then run the command again.',
      })
    case 407:
      return new UserError('proxy-refused', 'The proxy refuses the request (HTTP 407).', {
        exitCode: EXIT.unreachable,
        hint: 'Check HTTP_PROXY and its credentials, or list the server in NO_PROXY.',
      })
    case 409:
      return new UserError('conflict', `Keycloak reports a conflict for ${what}${quoted(said)}.`, {
        hint: 'Another administrator may have changed it. Run the command again.',
      })
    case 429:
      return new UserError(
        'too-many-requests',
        `The server asks for fewer requests (HTTP 429)${quoted(said)}.`,
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
        `The server is unavailable (HTTP ${status})${quoted(said)}.`,
        {
          exitCode: EXIT.unreachable,
          hint:
            retryHint(headers['retry-after']) ?? 'Run the command again later; completed steps stay done.',
          retryAfter: retryAfterMs(headers['retry-after']),
        },
      )
    default:
      return new UserError('server-error', `The server failed for ${what} (HTTP ${status})${quoted(said)}.`, {
        hint:
          status >= 500
            ? "Look for the reason in Keycloak's log."
            : 'Check --server, and what is in front of it.',
      })
  }
}

/** Keycloak's admin API never answers with a web page: a proxy or gateway in front of it does. */
const isWebPage = (headers: Answer['headers'], body: string) =>
  /html/i.test(headers['content-type'] ?? '') || /^\s*</.test(body)

const blocked = (status: number, what: string) =>
  new UserError('blocked', `A proxy in front of Keycloak denies ${what}: HTTP ${status} with a web page.`, {
    exitCode: EXIT.unreachable,
    hint: 'Allow /admin there for this machine, or give --server an address behind the proxy.',
  })

function forbidden(
  said: string | undefined,
  { what, role, realm, loginRealm }: RequestDescription,
): UserError {
  if (!role) {
    return new UserError('forbidden', `Keycloak does not allow ${what}${quoted(said)}.`, {
      exitCode: EXIT.denied,
      hint: 'Your account or client lacks a role.',
    })
  }
  const client =
    loginRealm === 'master' && realm !== undefined && realm !== 'master'
      ? `client ${realm}-realm (in master), or admin`
      : 'client realm-management'
  return new UserError('role-missing', `The role ${role} is missing for ${what}.`, {
    exitCode: EXIT.denied,
    hint: `Grant your account or service account the role ${role} of ${client}.`,
  })
}

const MISSING: readonly (readonly [RegExp, code: string, what: string, hint: string])[] = [
  [/^realm (not found|does not exist)/i, 'realm-not-found', 'realm', 'Check -r; names are case-sensitive.'],
  [/^user not found/i, 'user-not-found', 'user', 'It may have been deleted in the meantime.'],
  [/^consent/i, 'consent-not-found', 'consent', 'It may have been revoked in the meantime.'],
  [/client/i, 'client-not-found', 'client', 'It may have been deleted in the meantime.'],
  [/^ses+ion not found/i, 'session-not-found', 'session', 'It may have ended in the meantime.'],
]

function notFound(said: string | undefined, { what, realm }: RequestDescription): UserError {
  const found = said === undefined ? undefined : MISSING.find(([words]) => words.test(said))
  if (found) {
    const [, code, kind, hint] = found
    const missing = kind === 'realm' && realm !== undefined ? `Realm ${realm}` : `The ${kind}`
    return new UserError(code, `${missing} was not found: Keycloak says "${said}".`, {
      exitCode: EXIT.notFound,
      hint,
    })
  }
  return new UserError('not-found', `The server does not know ${what} (HTTP 404)${quoted(said)}.`, {
    exitCode: EXIT.notFound,
    hint: 'Check --server and -r; a proxy in front of Keycloak may also hide /admin.',
  })
}

/** Not followed: a POST would become a GET, or a token would go to another host. */
function redirected(status: number, location: string | undefined): UserError {
  const target = location !== undefined && URL.canParse(location) ? new URL(location) : undefined
  return new UserError(
    'redirected',
    `The server redirects (HTTP ${status})${target ? ` to ${target.origin}` : ''}; redirects are not followed.`,
    {
      exitCode: EXIT.unreachable,
      hint: "Give --server Keycloak's own address, https included.",
    },
  )
}

/** 24 and 25 describe every error, even `{"error":"User not found"}`, as one to look for in the server's log. */
const SAYS_NOTHING = /^(HTTP \d|unknown_error|For more on this error consult the server log)/

/** Keycloak's explanation in the body of an error, if it is worth repeating. */
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

/** The error for an operation that outlasted the timeout. It continues in the server. */
export const stillRunning = (what: string) =>
  new UserError('still-running', `${what} is still running in Keycloak.`, {
    exitCode: EXIT.unreachable,
    hint: 'A client that does not respond delays it. Check later whether it has finished.',
  })
