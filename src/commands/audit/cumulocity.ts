import { EXIT, UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import type { AuditRecord, Tenant, TenantCredentials } from './tenant-audit.ts'

/** Sends a GET with these headers; throws a `UserError` if there is no response. */
export type Get = (
  url: URL,
  headers: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly body: string }>

/** The largest page of the API. */
const PAGE = 2000
/** At most this many pages are read; longer logs are for the platform's own search. */
const MOST_PAGES = 50

/**
 * The audit records of a tenant since a time (milliseconds since the epoch), page by page.
 * `GET /audit/auditRecords` as Cumulocity documents it (dateFrom, pageSize, currentPage, next). Pages are counted here:
 * the URL in `next` is never followed, so that credentials are not sent to another host. Experimental: never run
 * against a real tenant.
 * @returns true if there are more records than were read
 */
export async function* auditRecords(
  tenant: Tenant,
  since: number,
  get: Get,
): AsyncGenerator<AuditRecord, boolean> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const url = new URL('/audit/auditRecords', tenant.url)
    url.searchParams.set('dateFrom', new Date(since).toISOString())
    url.searchParams.set('pageSize', String(PAGE))
    url.searchParams.set('currentPage', String(page))
    const { status, body } = await get(url, {
      accept: 'application/json',
      authorization: authorization(tenant.credentials),
    })
    if (status !== 200) throw refusal(tenant, status)
    const { records, hasNext } = readPage(tenant, body)
    yield* records
    // `next` is also there on the last page; the page after it is empty.
    if (!hasNext || records.length === 0) return false
  }
  return true
}

const authorization = (credentials: TenantCredentials): string =>
  credentials.kind === 'token'
    ? `Bearer ${credentials.token}`
    : `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`, 'utf8').toString('base64')}`

function readPage({ url }: Tenant, body: string): { records: AuditRecord[]; hasNext: boolean } {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    value = undefined
  }
  const page = isRecord(value) ? value : {}
  if (!Array.isArray(page.auditRecords))
    throw new UserError('bad-answer', `${url} does not respond like Cumulocity's audit API.`, {
      exitCode: EXIT.unreachable,
      hint: 'Check --tenant-url: it must be the address of the tenant, without a path.',
    })
  return { records: page.auditRecords.filter(isRecord).map(toRecord), hasNext: typeof page.next === 'string' }
}

function toRecord(from: Record<string, unknown>): AuditRecord {
  const text = (name: string) => (typeof from[name] === 'string' ? from[name] : '')
  return {
    time: text('time') || text('creationTime'),
    type: text('type'),
    user: text('user'),
    activity: text('activity'),
    text: text('text'),
  }
}

function refusal({ url }: Tenant, status: number): UserError {
  if (status === 401)
    return new UserError('tenant-unauthorized', `${url} rejected the credentials (HTTP 401).`, {
      exitCode: EXIT.denied,
      hint: "Check the tenant's user and password, or its token. Some tenants need the user as tenantId/user.",
    })
  if (status === 403)
    return new UserError(
      'tenant-forbidden',
      `${url} does not allow this user to read audit records (HTTP 403).`,
      {
        exitCode: EXIT.denied,
        hint: 'The user needs the role ROLE_AUDIT_READ in the tenant.',
      },
    )
  return new UserError('bad-answer', `${url} responded with HTTP ${status}.`, {
    exitCode: EXIT.unreachable,
    hint: 'Check --tenant-url: it must be the address of the tenant, without a path. Redirects are not followed.',
  })
}
