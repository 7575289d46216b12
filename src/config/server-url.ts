import { usageError } from '../errors.ts'
import { isLoopback } from '../util/loopback.ts'
import { pathSegmentProblem } from '../util/path-segment.ts'
import type { Setting } from './settings.ts'

const EXAMPLE = 'For example: https://keycloak.example.com or http://localhost:8080/auth.'

/**
 * The server's URL without a trailing slash: http(s), without credentials, query and fragment.
 * @throws {UserError} `bad-server`, `credentials-in-url`, `http-refused` (2); http is allowed to this machine
 */
export function serverUrl(
  { value, source }: Setting,
  { allowHttp }: { allowHttp: boolean },
): { href: string; origin: string } {
  const url = parse(value)
  if (!url?.hostname || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    const shown = JSON.stringify(redact(value))
    throw usageError(
      'bad-server',
      `The server address ${shown} (from ${source}) is not a valid http(s) URL.`,
      EXAMPLE,
    )
  }
  if (url.username || url.password) {
    throw usageError(
      'credentials-in-url',
      `The server address (from ${source}) contains a username or password.`,
      'Remove them, and use --username with --password-stdin or --password-file.',
    )
  }
  if (url.search || url.hash || value.includes('?') || value.includes('#')) {
    throw usageError('bad-server', `The server address (from ${source}) contains a ? or a #.`, EXAMPLE)
  }
  if (!url.pathname.split('/').every(isPlain)) {
    throw usageError(
      'bad-server',
      `The path of the server address (from ${source}) is not a valid base path.`,
      EXAMPLE,
    )
  }
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    throw usageError(
      'http-refused',
      `Passwords and tokens would be sent to ${url.origin} (from ${source}) unencrypted.`,
      'Use https, or --allow-http if the network in between is trusted.',
    )
  }
  return { href: url.href.replace(/\/+$/, ''), origin: url.origin }
}

function parse(value: string): URL | undefined {
  try {
    return /^https?:\/\//i.test(value) ? new URL(value) : undefined
  } catch {
    return undefined
  }
}

/** Can this segment of the base path be decoded and encoded again without leading elsewhere? */
function isPlain(segment: string): boolean {
  try {
    return segment === '' || pathSegmentProblem(decodeURIComponent(segment)) === undefined
  } catch {
    return false
  }
}

/** Hides everything before an `@`: it may be a password, even one with a slash in it. */
const redact = (value: string): string => value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1…@')
