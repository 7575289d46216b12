/** The shown fields of a tenant's audit record; strings are unchanged. */
export interface AuditRecord {
  /** As the tenant sent it (ISO 8601). */
  readonly time: string
  readonly type: string
  readonly user: string
  readonly activity: string
  readonly text: string
}

export type TenantCredentials =
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }

/** A tenant with the credentials that are sent to it alone. */
export interface Tenant {
  /** An origin: no path, no credentials. */
  readonly url: string
  readonly credentials: TenantCredentials
}

/**
 * Matches records about a logout or single sign-on. How the platform words a logout is not documented, so this
 * rather matches too much; `--match` narrows it down.
 */
export const DEFAULT_PATTERN = /log(ged|ging)?[ _-]?out|single[ _-]?sign|\bsso\b|json web token|session/i

export const matches = ({ type, activity, text }: AuditRecord, pattern: RegExp): boolean =>
  [type, activity, text].some((part) => pattern.test(part))

/** The URL of a tenant; undefined if it is not http(s), has credentials, or is more than an origin. */
export function tenantOrigin(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || url.hostname === '') return undefined
  return url.pathname === '/' && !url.search && !url.hash ? url : undefined
}
