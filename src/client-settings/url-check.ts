import type { Finding } from '../core/finding.ts'
import { hasSessionHost, isKeycloakRoot, resolveUrl, SESSION_HOST } from '../core/urls.ts'
import { isLoopback } from '../util/loopback.ts'
import { mayContainCredentials } from '../util/mask-credentials.ts'
import type { UrlField } from './settings.ts'

/** Width of Keycloak's column for the Admin URL; a longer one fails with 500 (measured on 26.7.4). */
const LONGEST_ADMIN_URL = 255

/** The paths that Keycloak itself appends to an Admin URL. */
const ACTION = /\/k_(logout|push_not_before|test_available)\/?$/

/**
 * Findings about a Backchannel Logout URL or an Admin URL, before it is sent to Keycloak.
 * Keycloak stores `ftp://x`, `//host`, a fragment, credentials and port 99999 without complaint. Findings of severity
 * `error` are refusals, at most one for a URL. A relative URL passes; see `checkAgainstRoot`. Does not resolve the host
 * and sends nothing.
 */
export function checkUrl(url: string, field: UrlField): Finding[] {
  const problem = problemOf(url, field)
  if (problem) return [{ severity: 'error', ...problem, args: { field, ...problem.args } }]
  const findings: Finding[] = []
  const warning = (code: string, args = {}) =>
    findings.push({ code, severity: 'warning', url, args: { field, ...args } })
  if (isRemoteHttp(url)) warning('url-http')
  if (hasSessionHost(url)) warning('url-session-host')
  const action = field === 'adminUrl' ? ACTION.exec(pathOf(url))?.[0] : undefined
  if (action) warning('admin-url-with-action', { action })
  return findings
}

/**
 * Findings about a relative URL that depend on the client's root URL.
 * Without a root URL Keycloak resolves a relative URL against its own address and posts to itself, silently.
 */
export function checkAgainstRoot(url: string, field: UrlField, rootUrl: string | undefined): Finding[] {
  if (!url.startsWith('/')) return []
  const root = rootUrl?.trim() ?? ''
  if (root === '') return [{ code: 'relative-without-root', severity: 'error', url, args: { field } }]
  if (isKeycloakRoot(root))
    return [{ code: 'relative-to-keycloak', severity: 'error', url, args: { field, rootUrl: root } }]
  if (!/^https?:\/\//i.test(root))
    return [{ code: 'relative-root-unusable', severity: 'error', url, args: { field, rootUrl: root } }]
  const resolved = resolveUrl(url, root)
  const http: Finding[] = isRemoteHttp(resolved)
    ? [{ code: 'url-http', severity: 'warning', url: resolved, args: { field } }]
    : []
  return [{ code: 'relative-url', severity: 'info', url, args: { field, resolved } }, ...http]
}

interface Problem {
  readonly code: string
  readonly url?: string
  readonly args?: Readonly<Record<string, string | number>>
}

function problemOf(url: string, field: UrlField): Problem | undefined {
  if (url === '') return { code: 'url-empty' }
  // First, because all other messages show the URL.
  if (mayContainCredentials(url)) return { code: 'url-credentials' }
  if (/[\s\u0000-\u0020\u007f-\u00a0]/.test(url)) return { code: 'url-space', url }
  if (field === 'adminUrl' && hasSessionHost(url)) return { code: 'admin-url-session-host', url }
  const standIn = url.replaceAll(SESSION_HOST, 'host.invalid')
  const forbidden = /[\\<>"{}|^`]/.exec(standIn)?.[0]
  if (forbidden) return { code: 'url-character', url, args: { character: forbidden } }
  if (url.startsWith('//')) return { code: 'url-double-slash', url, args: { suggestion: `https:${url}` } }
  const relative = url.startsWith('/')
  if (!relative && !/^https?:\/\/[^/?#]/i.test(url))
    return { code: 'url-scheme', url, args: looksLikeHost(url) ? { suggestion: `https://${url}` } : {} }
  if (url.includes('#')) return { code: 'url-fragment', url, args: { suggestion: url.replace(/#.*$/, '') } }
  if (/%(?![0-9a-f]{2})/i.test(url)) return { code: 'url-percent', url }
  const parsed = parse(relative ? `https://host.invalid${standIn}` : standIn)
  if (!parsed) return { code: 'url-invalid', url }
  if (/[^\u0000-\u007f]/.test(url))
    return { code: 'url-not-ascii', url, args: { suggestion: relative ? encodeURI(url) : parsed.href } }
  if (field === 'adminUrl' && url.length > LONGEST_ADMIN_URL)
    return { code: 'url-too-long', url, args: { length: url.length, longest: LONGEST_ADMIN_URL } }
  return undefined
}

/** `tenant.example.com/x` or `localhost:3000`: the scheme is missing. */
const looksLikeHost = (url: string) => /^(localhost|[\w-]+(\.[\w-]+)+)(:\d+)?([/?]|$)/i.test(url)

const isRemoteHttp = (url: string): boolean => {
  const parsed = /^http:/i.test(url) ? parse(url.replaceAll(SESSION_HOST, 'host.invalid')) : undefined
  return parsed !== undefined && !isLoopback(parsed.hostname)
}

const pathOf = (url: string) => url.replace(/[?#].*$/, '')

function parse(url: string): URL | undefined {
  try {
    return new URL(url)
  } catch {
    return undefined
  }
}
