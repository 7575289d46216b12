import { usageError } from '../errors.ts'
import { isLoopback } from '../util/loopback.ts'
import { pathSegmentProblem } from '../util/path-segment.ts'
import type { Setting } from './settings.ts'

/** The server's address, checked: http(s), no credentials, query or fragment, http only where nobody listens in. */
export function serverUrl(
  { value, source }: Setting,
  { allowHttp }: { allowHttp: boolean },
): { href: string; origin: string } {
  const example = 'Give an address such as https://keycloak.example.com or http://localhost:8080/auth.'
  const url = parse(value)
  if (!url?.hostname || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw usageError(
      'bad-server',
      `The server's address ${JSON.stringify(redact(value))} (from ${source}) is no http(s) URL.`,
      example,
    )
  }
  if (url.username || url.password) {
    throw usageError(
      'credentials-in-url',
      `The server's address (from ${source}) holds a username or password.`,
      'Leave them out of it: use --username with --password-stdin or --password-file.',
    )
  }
  if (url.search || url.hash || value.includes('?') || value.includes('#')) {
    throw usageError('bad-server', `The server's address (from ${source}) holds a ? or a #.`, example)
  }
  if (!url.pathname.split('/').every(isPlain)) {
    throw usageError(
      'bad-server',
      `The path of the server's address (from ${source}) is none that Keycloak has.`,
      example,
    )
  }
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    throw usageError(
      'http-refused',
      `${url.origin} (from ${source}) would carry passwords and tokens unencrypted.`,
      'Use https, or --allow-http where the network between is trusted.',
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

/** A step of the base path. What is not the same after being decoded and encoded again would go somewhere else. */
function isPlain(segment: string): boolean {
  try {
    return segment === '' || pathSegmentProblem(decodeURIComponent(segment)) === undefined
  } catch {
    return false
  }
}

/** Whatever stands before an `@` might be a password, one with a slash in it, too. */
const redact = (value: string): string => value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1…@')
