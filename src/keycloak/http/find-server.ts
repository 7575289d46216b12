import { EXIT, UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { httpFailure } from './http-failures.ts'
import { parseJson } from './json.ts'
import type { HttpAnswer } from './messages.ts'
import { networkFailure } from './network-failures.ts'
import { expectedSegments, type PathParams } from './path-guard.ts'
import { withRetries } from './retry.ts'
import type { Transport } from './transport.ts'

/** A server with its base path. Every URL of a request is built here. */
export interface Server {
  /** Without a trailing slash. */
  readonly base: URL
  readonly origin: string
  /** The URL of a path template with its parameters. @throws {UserError} `bad-id`, `odd-id` */
  url(template: string, params: PathParams, query?: Readonly<Record<string, string | readonly string[]>>): URL
}

export function serverAt(href: string): Server {
  const base = new URL(href)
  return {
    base,
    origin: base.origin,
    url: (template, params, query = {}) => {
      const path = expectedSegments(base, template, params).map(encodeURIComponent).join('/')
      const pairs = Object.entries(query).flatMap(([name, values]) =>
        (typeof values === 'string' ? [values] : values).map((value): [string, string] => [name, value]),
      )
      const search = pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ''
      return new URL(`${base.origin}/${path}${search}`)
    },
  }
}

export const DISCOVERY = '/realms/{realm}/.well-known/openid-configuration'

/**
 * Finds Keycloak at the given address, or with `/auth` added or removed, by the login realm's discovery document. No
 * URL in the document is used.
 * @throws {UserError} `login-realm-not-found` (5), `login-realm-disabled` (4), `no-keycloak` (6)
 */
export async function findServer(
  transport: Transport,
  href: string,
  loginRealm: string,
): Promise<{ server: Server; discovery: Record<string, unknown> }> {
  const without = href.endsWith('/auth') ? href.slice(0, -'/auth'.length) : undefined
  let refusal: HttpAnswer | undefined
  let first: HttpAnswer | undefined
  for (const candidate of [href, without ?? `${href}/auth`]) {
    const server = serverAt(candidate)
    const url = server.url(DISCOVERY, { realm: ['realm', loginRealm] })
    const answer = await withRetries(() => transport.request({ method: 'GET', url }), transport.sleep).catch(
      (error: unknown) => {
        throw networkFailure(error)
      },
    )
    const document = answer.status === 200 ? parseJson(answer.body) : undefined
    if (isRecord(document) && typeof document.issuer === 'string') return { server, discovery: document }
    first ??= answer
    if (isAboutTheRealm(answer)) refusal ??= answer
    else if (answer.status >= 500 || answer.status === 429) throw httpFailure(answer, { what: 'the server' })
  }
  if (refusal?.status === 404) {
    throw new UserError('login-realm-not-found', `The login realm ${loginRealm} was not found at ${href}.`, {
      exitCode: EXIT.notFound,
      hint: 'Give --login-realm: the realm of the account that you sign in with (default: master).',
    })
  }
  if (refusal) {
    throw new UserError('login-realm-disabled', `The login realm ${loginRealm} at ${href} is disabled.`, {
      exitCode: EXIT.denied,
      hint: 'Sign in to another realm with --login-realm, or enable it.',
    })
  }
  throw new UserError(
    'no-keycloak',
    `Keycloak was not found at ${href}, with or without /auth (HTTP ${first?.status}${kindOf(first)}).`,
    {
      exitCode: EXIT.unreachable,
      hint: 'Check --server: the address before /realms/… and /admin/….',
    },
  )
}

/** Is this Keycloak's own error about a realm, not that of a wrong path or another server? */
function isAboutTheRealm({ status, body }: HttpAnswer): boolean {
  const document = parseJson(body)
  if (!isRecord(document)) return false
  const said = `${document.error ?? ''} ${document.error_description ?? ''}`
  return (
    (status === 404 && /realm does not exist/i.test(said)) ||
    (status === 403 && /realm not enabled/i.test(said))
  )
}

const kindOf = (answer: HttpAnswer | undefined) =>
  /html/i.test(answer?.headers['content-type'] ?? '') ? ', a web page' : ''
