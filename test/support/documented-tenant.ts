import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * NOT Cumulocity: a test server that follows the documentation of Cumulocity's audit API.
 * `GET /audit/auditRecords`, Basic or Bearer, `dateFrom`, `pageSize` up to 2000, `currentPage`, `statistics`, and a
 * `next` link on the last page, too. How a real tenant differs is unknown.
 */
export interface DocumentedTenant {
  readonly url: string
  /** `METHOD /path?query` and the Authorization header of each request, in order. */
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
  /** Responds 403, as without the role ROLE_AUDIT_READ. */
  readonly forbids?: boolean
  /** Never responds. */
  readonly hangs?: boolean
  /** The body of every response. */
  readonly body?: string
  readonly status?: number
  /** Pages are at most this large, whatever pageSize asks for. */
  readonly largestPage?: number
  /** The origin in `next` links; default: the server's own. */
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
