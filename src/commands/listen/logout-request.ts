/** A request as it arrived. */
export interface IncomingRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Lower-case names; repeated headers are joined with commas. */
  readonly headers: Readonly<Record<string, string>>
  /** Decoded as UTF-8; cut at the largest size that is read. */
  readonly body: string
  readonly tooLarge: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The answer of the receiver to which a request was forwarded. */
export interface Forwarded {
  /** `null` if there was no answer; `error` then says why. */
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly ms: number
  readonly error?: string
}

/** The parts of a request, by its path and content type. */
export interface ParsedRequest {
  /** A logout token at a Backchannel Logout URL, an action below an Admin URL, or a pushed security event token. */
  readonly kind: 'logout' | 'admin-action' | 'security-event'
  /** `/k_logout`, … for an action; it is kept when the request is forwarded. */
  readonly suffix: string
  readonly token: string | undefined
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

const ACTION_PATH = /\/k_(?:logout|push_not_before|test_available)$/

/**
 * Parses a form with `logout_token`, the signed action that Keycloak posts below an Admin URL, or a security event token
 * (RFC 8935).
 */
export function parseRequest({ path, body, headers }: IncomingRequest): ParsedRequest {
  const suffix = ACTION_PATH.exec(path)?.[0]
  const type = headers['content-type']
  const raw = { token: body.trim() || undefined, parameters: [] }
  if (suffix !== undefined) return { kind: 'admin-action', suffix, ...raw }
  if (isSecurityEvent(type)) return { kind: 'security-event', suffix: '', ...raw }
  const parameters = isForm(type) ? [...new URLSearchParams(body)] : []
  const token = parameters.find(([name]) => name === 'logout_token')?.[1]
  return { kind: 'logout', suffix: '', token: token === '' ? undefined : token, parameters }
}

/** The URL to forward a request to: an action keeps the end of its path, before the query of the URL. */
export function forwardUrl(url: string, { suffix }: Pick<ParsedRequest, 'suffix'>): string {
  if (suffix === '') return url
  const [, path = '', query = ''] = /^([^?#]*)(.*)$/s.exec(url) ?? []
  return path.replace(/\/$/, '') + suffix + query
}

const hasMediaType = (contentType: string | undefined, type: string): boolean =>
  contentType?.split(';', 1)[0]?.trim().toLowerCase() === type

export const isForm = (contentType: string | undefined): boolean =>
  hasMediaType(contentType, 'application/x-www-form-urlencoded')

export const isSecurityEvent = (contentType: string | undefined): boolean =>
  hasMediaType(contentType, 'application/secevent+jwt')
