import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, test } from 'vitest'
import { sessionKey } from '../../core/session-key.ts'
import { matchTrace } from './match.ts'
import { traceStore } from './store.ts'

/** Traces of one session at eleven clients, recorded from Keycloak 26.7.4 by Jaeger 1.76 (its resources shortened). */
const fixture = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/traces/${name}.json`, import.meta.url), 'utf8')
const V3 = fixture('jaeger-v3')
const LEGACY = fixture('jaeger-legacy')
const NOT_FOUND = JSON.stringify({ error: { httpCode: 404, message: 'No traces found' } })

type Reply = { readonly status: number; readonly body: string }
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A real HTTP server that answers these paths, and 404 elsewhere. */
async function serverOf(replies: Record<string, Reply>, otherwise: Reply = { status: 404, body: '<html>' }) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const { status, body } =
      Object.entries(replies).find(([prefix]) => path.startsWith(prefix))?.[1] ?? otherwise
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const get = async (path: string) => {
    const response = await fetch(url + path)
    return { status: response.status, body: await response.text() }
  }
  return { url, get, asked }
}

const ok = (body: string): Reply => ({ status: 200, body })
const EXPECTED = {
  '/200/logout': { kind: 'answered', status: 200 },
  '/302/logout': { kind: 'answered', status: 302 },
  '/400/logout': { kind: 'answered', status: 400 },
  '/401/logout': { kind: 'answered', status: 401 },
  '/500/logout': { kind: 'answered', status: 500 },
  '/ok/logout': { kind: 'failed', error: 'tls-untrusted' },
}

describe.each([
  ['api/v3 of Jaeger', 'jaeger', '/api/v3/traces/', V3],
  ['api/traces of Jaeger', 'jaeger', '/api/traces/', LEGACY],
  ['api/v2 of Tempo', 'tempo', '/api/v2/traces/', V3.replace('{"result":', '{"trace":')],
  [
    'api/traces of Tempo',
    'tempo',
    '/api/traces/',
    V3.replace('{"result":', '').slice(0, -1).replace('resourceSpans', 'batches'),
  ],
] as const)('a trace from %s', (_, kind, path, body) => {
  it('shows each call with its status, or how it failed', async () => {
    const { url, get } = await serverOf({ [path]: ok(body) })
    const spans = await traceStore(kind, url, get).spans('x')
    const calls = spans.filter(({ attributes }) => attributes.has('url.full'))
    expect(calls).toHaveLength(11)
    const request = spans.find(({ attributes }) => attributes.has('url.path'))
    const [, realm = '', id = ''] =
      /realms\/([^/]+)\/sessions\/(.+)$/.exec(request?.attributes.get('url.path') ?? '') ?? []
    const clients = calls
      .map(({ attributes }) => attributes.get('url.full') ?? '')
      .map((called) => ({ id: called, clientId: called, isExpected: true, url: called }))
    const session = { id, offline: false, traceId: request?.traceId, clients }
    const { deliveries } = matchTrace(spans, new Map([[sessionKey(session), session]]), realm)
    const outcomes = Object.fromEntries(
      deliveries.map(({ url: called, outcome }) => [new URL(called ?? '').pathname, outcome]),
    )
    expect(outcomes).toMatchObject(EXPECTED)
    expect(
      deliveries
        .map(({ outcome }) => (outcome.kind === 'failed' ? outcome.error : ''))
        .filter(Boolean)
        .sort(),
    ).toEqual([
      'connection-closed',
      'connection-closed',
      'read-timeout',
      'refused',
      'tls-untrusted',
      'unknown-host',
    ])
  })
})

describe('a trace that is not there yet', () => {
  it('is no spans, and its API is still looked for', async () => {
    const replies: Record<string, Reply> = { '/api/v3/traces/': { status: 404, body: NOT_FOUND } }
    const { url, get, asked } = await serverOf(replies, { status: 404, body: NOT_FOUND })
    const store = traceStore('jaeger', url, get)
    expect(await store.spans('a')).toEqual([])
    replies['/api/traces/'] = ok(LEGACY)
    expect(await store.spans('a')).not.toEqual([])
    await store.spans('b')
    expect(asked.at(-1)).toBe('/api/traces/b')
  })
})

test.each<[string, Reply]>([
  ['a page of somebody else', { status: 200, body: '<html>' }],
  ['401', { status: 401, body: '' }],
  ['JSON of another kind', { status: 200, body: '{"hello":1}' }],
  ['500', { status: 500, body: '{}' }],
  ['404 of somebody else', { status: 404, body: '<html>' }],
])('%s is an error, never an empty trace', async (_, reply) => {
  const { url, get } = await serverOf({}, reply)
  await expect(traceStore('jaeger', url, get).spans('a')).rejects.toThrow()
  await expect(traceStore('tempo', url, get).spans('a')).rejects.toThrow()
})

describe('whether the store can be asked', () => {
  test.each<['jaeger' | 'tempo', Reply, Record<string, Reply>, string | undefined]>([
    ['jaeger', { status: 404, body: NOT_FOUND }, {}, undefined],
    ['jaeger', { status: 404, body: '<html>' }, {}, 'HTTP 404, and not from a trace store'],
    ['jaeger', { status: 401, body: '' }, {}, 'HTTP 401'],
    ['tempo', { status: 404, body: '' }, { '/api/echo': ok('echo') }, undefined],
    ['tempo', { status: 200, body: '<html>' }, {}, 'GET api/echo is not answered by Tempo'],
    ['tempo', { status: 401, body: '' }, {}, 'GET api/echo answered HTTP 401'],
  ])('%s: %o', async (kind, otherwise, replies, problem) => {
    const { url, get } = await serverOf(replies, otherwise)
    expect(await traceStore(kind, url, get).problem()).toBe(problem)
  })
})
