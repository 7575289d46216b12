import { describe, expect, it } from 'vitest'
import { sessionKey } from '../../core/session-key.ts'
import type { EndedSession } from '../delivery.ts'
import { matchTrace } from './match.ts'
import type { Span } from './span.ts'

const TRACE = '0123456789abcdef0000000000000001'
let ids = 0
const id = () => (++ids).toString(16).padStart(16, '0')

const span = (kind: Span['kind'], parent: string | undefined, attributes: Record<string, string>): Span => ({
  traceId: TRACE,
  spanId: id(),
  parentSpanId: parent,
  kind,
  start: 1000,
  milliseconds: 5,
  attributes: new Map(Object.entries(attributes)),
  exceptions: [],
})

const request = (session: string, query = '') =>
  span('server', 'feedfeedfeedfeed', {
    'url.path': `/admin/realms/my%20realm/sessions/${session}`,
    ...(query ? { 'url.query': query } : {}),
  })

const call = (parent: Span, url: string, status: number | string) =>
  span('client', parent.spanId, {
    'url.full': url,
    ...(typeof status === 'number'
      ? { 'http.response.status_code': String(status) }
      : { 'error.type': status }),
  })

const SHOP = 'https://shop.example/logout'
const session = (
  name: string,
  urls: Record<string, string> = { shop: SHOP },
  offline = false,
): EndedSession => ({
  id: name,
  offline,
  traceId: TRACE,
  clients: Object.entries(urls).map(([clientId, url]) => ({
    id: `uuid-${clientId}`,
    clientId,
    url,
    isExpected: true,
  })),
})

const match = (spans: readonly Span[], sessions: readonly EndedSession[]) => {
  const byKey = new Map(sessions.map((one) => [sessionKey(one), one]))
  const { deliveries, notSent, seen } = matchTrace(spans, byKey, 'my realm')
  return {
    seen: [...seen],
    deliveries: deliveries.map(({ sessionId, clientId, outcome }) => [sessionId, clientId, outcome]),
    notSent: notSent.map(({ sessionId, clientId }) => `${sessionId} ${clientId}`),
  }
}

const answered = (status: number) => ({ kind: 'answered', status })

describe('a call in a trace', () => {
  it('belongs to the session of its request and to the client with its URL', () => {
    const [a, b] = [request('A'), request('B')]
    const spans = [a, call(a, SHOP, 200), b, call(b, SHOP, 400)]
    expect(match(spans, [session('A'), session('B')]).deliveries).toEqual([
      ['A', 'shop', answered(200)],
      ['B', 'shop', answered(400)],
    ])
  })

  it('is found below spans between it and the request', () => {
    const a = request('A')
    const between = span('other', a.spanId, {})
    expect(match([a, between, call(between, SHOP, 204)], [session('A')]).deliveries).toEqual([
      ['A', 'shop', answered(204)],
    ])
  })

  it('without a status failed, in one word', () => {
    const rows = {
      'java.net.SocketTimeoutException': 'read-timeout',
      'org.apache.http.conn.ConnectTimeoutException': 'connect-timeout',
      'org.apache.http.NoHttpResponseException': 'connection-closed',
      'org.apache.http.conn.HttpHostConnectException': 'no-connection',
      'javax.net.ssl.SSLHandshakeException': 'tls-failed',
      'java.net.UnknownHostException': 'unknown-host',
      'org.example.OddException': 'unknown',
    }
    for (const [exception, error] of Object.entries(rows)) {
      const a = request('A')
      expect(match([a, call(a, SHOP, exception)], [session('A')]).deliveries).toEqual([
        ['A', 'shop', { kind: 'failed', error }],
      ])
    }
  })

  it('to another URL, of a database or below another request is not taken', () => {
    const a = request('A')
    const other = span('server', 'feedfeedfeedfeed', {
      'url.path': '/admin/realms/my%20realm/users/u/logout',
    })
    const spans = [
      a,
      call(a, 'https://other.example/logout', 200),
      span('client', a.spanId, { 'db.system': 'h2' }),
      other,
      call(other, SHOP, 200),
    ]
    expect(match(spans, [session('A')]).deliveries).toEqual([])
  })

  it('is told apart for an online and an offline session of one id', () => {
    const [online, offline] = [request('A'), request('A', 'isOffline=true')]
    const spans = [online, call(online, SHOP, 200), offline, call(offline, SHOP, 500)]
    const sessions = [session('A'), session('A', { shop: SHOP }, true)]
    expect(match(spans, sessions).seen).toEqual(['online A', 'offline A'])
    expect(match(spans, sessions).deliveries).toEqual([
      ['A', 'shop', answered(200)],
      ['A', 'shop', answered(500)],
    ])
  })

  it('matches a URL whose user name and password the span holds', () => {
    const a = request('A')
    const spans = [a, call(a, 'https://me:secret@shop.example/logout', 200)]
    const [delivery] = matchTrace(
      spans,
      new Map([['online A', session('A', { shop: 'https://me:secret@shop.example/logout' })]]),
      'my realm',
    ).deliveries
    expect(delivery).toMatchObject({ url: SHOP, outcome: answered(200) })
  })
})

describe('two clients of one session with one URL', () => {
  const both = session('A', { shop: SHOP, desk: SHOP })

  it('each get their share where all calls ended alike', () => {
    const a = request('A')
    expect(match([a, call(a, SHOP, 200), call(a, SHOP, 200)], [both]).deliveries).toEqual([
      ['A', 'shop', answered(200)],
      ['A', 'desk', answered(200)],
    ])
  })

  it('stay unknown where the calls ended differently, or one is missing', () => {
    const a = request('A')
    expect(match([a, call(a, SHOP, 200), call(a, SHOP, 400)], [both]).deliveries).toEqual([])
    expect(match([a, call(a, SHOP, 200)], [both]).deliveries).toEqual([])
  })
})

describe('that no call was made', () => {
  it('is seen where the whole request is there', () => {
    expect(match([request('A')], [session('A')])).toMatchObject({ deliveries: [], notSent: ['A shop'] })
  })

  it('is not seen without the request, or where a span lacks its parent', () => {
    expect(match([], [session('A')])).toEqual({ seen: [], deliveries: [], notSent: [] })
    const orphan = span('client', 'aaaaaaaaaaaaaaaa', { 'db.system': 'h2' })
    expect(match([request('A'), orphan], [session('A')]).notSent).toEqual([])
  })

  it('is not seen where another URL was called: the URL of the client may have changed', () => {
    const a = request('A')
    const [changed, both] = [call(a, 'https://new.example/logout', 200), { shop: SHOP, desk: SHOP }]
    expect(match([a, changed], [session('A')])).toMatchObject({ deliveries: [], notSent: [] })
    expect(match([a, changed], [session('A', both)])).toMatchObject({ deliveries: [], notSent: [] })
  })

  it('is not seen for a session of another realm', () => {
    const other = span('server', undefined, { 'url.path': '/admin/realms/other/sessions/A' })
    expect(match([other], [session('A')])).toEqual({ seen: [], deliveries: [], notSent: [] })
  })
})
