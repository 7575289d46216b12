import { isRecord } from '../../util/is-record.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { AuditRecord, Tenant, TenantCredentials } from './tenant-audit.ts'

/** One GET with these headers; throws a `UserError` when no answer comes. */
export type Get = (
  url: URL,
  headers: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly body: string }>

/** The most that the API gives at once. */
const PAGE = 2000
/** More is for the platform's own search. */
const MOST_PAGES = 50

/**
 * A tenant's audit records since a moment, page by page: `GET /audit/auditRecords` as Cumulocity documents it (dateFrom,
 * pageSize, currentPage; `next` while there is more). Pages are counted here: the address in `next` is never followed,
 * so that credentials go to no other host. Experimental: never run against a real tenant.
 * @returns whether it ended before the records did
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
    // The platform names a next page also after the last one, which is then empty.
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
    throw new UserError('bad-answer', `${url} does not answer as Cumulocity's audit API does.`, {
      exitCode: EXIT.unreachable,
      hint: 'Check --tenant-url: it is the address of the tenant, without a path.',
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
    return new UserError('tenant-unauthorized', `${url} does not accept the credentials (HTTP 401).`, {
      exitCode: EXIT.denied,
      hint: "Check the tenant's user and password, or its token; a user may have to be named tenantId/user.",
    })
  if (status === 403)
    return new UserError('tenant-forbidden', `${url} does not let this user read audit records (HTTP 403).`, {
      exitCode: EXIT.denied,
      hint: 'The user needs the role ROLE_AUDIT_READ in the tenant.',
    })
  return new UserError('bad-answer', `${url} answers HTTP ${status}.`, {
    exitCode: EXIT.unreachable,
    hint: 'Check --tenant-url: it is the address of the tenant, without a path. A redirect is not followed.',
  })
}
