import { isRecord } from '../../util/is-record.ts'
/** An audit record of a tenant, as far as it is shown; strings are as the tenant sent them. */
export interface AuditRecord {
  /** As the tenant has it (ISO 8601). */
  readonly time: string
  readonly type: string
  readonly user: string
  readonly activity: string
  readonly text: string
}

/** How to sign in to one tenant. */
export type TenantCredentials =
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }

/** A tenant that the caller named, and the credentials that are for it alone. */
export interface Tenant {
  /** An origin: no path, no credentials. */
  readonly url: string
  readonly credentials: TenantCredentials
}

/**
 * What speaks of a logout or a single sign-on. How the platform words a logout is not documented, so this errs on the
 * side of showing too much; `--match` says it better for one's own tenants.
 */
export const DEFAULT_PATTERN = /log(ged|ging)?[ _-]?out|single[ _-]?sign|\bsso\b|json web token|session/i

export const matches = ({ type, activity, text }: AuditRecord, pattern: RegExp): boolean =>
  [type, activity, text].some((part) => pattern.test(part))

/** A tenant's address as the caller typed it, as an origin; undefined when it is none or holds credentials. */
export function tenantOrigin(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || url.hostname === '') return undefined
  return url.pathname === '/' && !url.search && !url.hash ? url : undefined
}

/** One tenant of a file of credentials, before its secret is read. */
export interface FiledTenant {
  readonly tenantUrl: string
  readonly user?: string
  readonly password?: string
  readonly passwordFile?: string
  readonly token?: string
  readonly tokenFile?: string
}

const FIELDS = ['tenantUrl', 'user', 'password', 'passwordFile', 'token', 'tokenFile'] as const

/** Reads `tenants:` of a file of credentials; a string says what is wrong with it. */
export function readTenants(value: unknown): readonly FiledTenant[] | string {
  const list = isRecord(value) ? value.tenants : undefined
  if (!Array.isArray(list)) return 'it has no list `tenants`'
  const tenants: FiledTenant[] = []
  for (const [i, entry] of list.entries()) {
    const name = `tenant ${i + 1}`
    if (!isRecord(entry)) return `${name} is no object`
    const odd = Object.keys(entry).find((key) => !(FIELDS as readonly string[]).includes(key))
    if (odd !== undefined) return `${name} has a field ${JSON.stringify(odd)} that is not known`
    if (Object.values(entry).some((field) => typeof field !== 'string' || field === ''))
      return `${name}: every field is a text that is not empty`
    const tenant = entry as unknown as FiledTenant
    if (!tenant.tenantUrl || !tenantOrigin(tenant.tenantUrl)) return `${name} has no tenantUrl`
    const secrets = [tenant.password, tenant.passwordFile, tenant.token, tenant.tokenFile]
    if (secrets.filter((secret) => secret !== undefined).length !== 1)
      return `${name} needs one of password, passwordFile, token and tokenFile`
    const isBasic = tenant.password !== undefined || tenant.passwordFile !== undefined
    if (isBasic !== (tenant.user !== undefined))
      return `${name}: user goes with a password, and only with one`
    tenants.push(tenant)
  }
  return tenants
}
