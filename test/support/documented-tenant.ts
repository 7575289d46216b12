import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * NOT Cumulocity: a server of ours that behaves as the documentation of Cumulocity's audit API says (`GET
 * /audit/auditRecords`, Basic or Bearer, `dateFrom`, `pageSize` up to 2000, `currentPage`, `statistics`, and a `next`
 * link also on the last page). What a real tenant does beyond that is unknown here.
 */
export interface DocumentedTenant {
  readonly url: string
  /** `METHOD /path?query` with who asked, in order. */
  readonly requests: readonly { readonly line: string; readonly authorization: string | undefined }[]
  close(): Promise<void>
}

export interface Record {
  readonly time: string
  readonly type: string
  readonly user?: string
  readonly activity: string
  readonly text: string
}

export interface TenantOptions {
  readonly records?: readonly Record[]
  /** `user:password`, or a token. */
  readonly accepts?: string
  /** What the API calls forbidden: the role ROLE_AUDIT_READ is missing. */
  readonly forbids?: boolean
  /** Takes requests and never answers. */
  readonly hangs?: boolean
  /** Another body for every request. */
  readonly body?: string
  readonly status?: number
  /** The most it gives at once, when it gives less than asked for. */
  readonly largestPage?: number
  /** The origin in its `next` links, when it is not its own. */
  readonly nextOrigin?: string
}

export async function startDocumentedTenant(options: TenantOptions = {}): Promise<DocumentedTenant> {
  const { records = [], accepts = 'ada:pw', largestPage = 2000 } = options
  const requests: { line: string; authorization: string | undefined }[] = []
  const good = [`Basic ${Buffer.from(accepts).toString('base64')}`, `Bearer ${accepts}`]
  const server = createServer((request, response) => {
    const { authorization } = request.headers
    requests.push({ line: `${request.method} ${request.url}`, authorization })
    const answer = (status: number, body: unknown) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(typeof body === 'string' ? body : JSON.stringify(body))
    if (options.hangs) return
    if (options.status) return void answer(options.status, options.body ?? '')
    if (options.body !== undefined) return void answer(200, options.body)
    if (!authorization || !good.includes(authorization))
      return void answer(401, {
        error: 'security/Unauthorized',
        message: 'Invalid credentials! : Bad credentials',
      })
    if (options.forbids) return void answer(403, { error: 'security/Forbidden', message: 'Access is denied' })
    const url = new URL(request.url ?? '', `http://${request.headers.host}`)
    if (url.pathname !== '/audit/auditRecords') return void answer(404, { error: 'general/Not Found' })
    const from = url.searchParams.get('dateFrom')
    const page = Number(url.searchParams.get('currentPage') ?? 1)
    const pageSize = Math.min(Number(url.searchParams.get('pageSize') ?? 5), largestPage)
    const since = records.filter(({ time }) => !from || Date.parse(time) >= Date.parse(from))
    const origin = options.nextOrigin ?? url.origin
    const link = (currentPage: number) =>
      `${origin}/audit/auditRecords?pageSize=${pageSize}&currentPage=${currentPage}`
    answer(200, {
      self: link(page),
      next: link(page + 1),
      auditRecords: since.slice((page - 1) * pageSize, page * pageSize).map((record, i) => ({
        id: String(i),
        self: `${url.origin}/audit/auditRecords/${i}`,
        creationTime: record.time,
        ...record,
      })),
      statistics: { currentPage: page, pageSize },
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
