import { describe, expect, it } from 'vitest'
import type { EndedSession } from '../delivery.ts'
import { traceCollector } from './collect.ts'
import type { Span } from './span.ts'

const TRACE = '0123456789abcdef0000000000000001'
const session: EndedSession = {
  id: 'A',
  offline: false,
  traceId: TRACE,
  clients: [{ id: 'uuid-shop', clientId: 'shop', url: 'https://shop.example/logout', isExpected: true }],
}
const request: Span = {
  traceId: TRACE,
  spanId: '00000000000000aa',
  parentSpanId: 'feedfeedfeedfeed',
  kind: 'server',
  start: 1000,
  milliseconds: 5,
  attributes: new Map([['url.path', '/admin/realms/customers/sessions/A']]),
  exceptions: [],
}

/** Answers one look after another. */
const storeOf = (...answers: (readonly Span[] | Error)[]) => ({
  name: 'Jaeger',
  problem: async () => undefined,
  spans: async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer instanceof Error) throw answer
    return [...(answer ?? [])]
  },
})
const collected = async (looks: number, ...answers: (readonly Span[] | Error)[]) => {
  const collector = traceCollector(storeOf(...answers), 'customers')
  collector.ended(session)
  for (let look = 0; look < looks; look++) await collector.look()
  const { deliveries, missing, problem } = await collector.findings()
  return { outcomes: deliveries.map(({ outcome }) => outcome.kind), missing, problem }
}

describe('a request in the traces without a call to an application', () => {
  it('is a call that was not sent if the store answered each time', async () => {
    expect(await collected(3, [request])).toEqual({ outcomes: ['not-sent'], missing: 0, problem: undefined })
  })

  it('says nothing if the store was away during the run: it may have lost the span of the call', async () => {
    expect(await collected(3, new Error('HTTP 503'), [request])).toEqual({
      outcomes: [],
      missing: 0,
      problem: undefined,
    })
  })

  it('says nothing if the store is away at the end', async () => {
    expect(await collected(2, [request], new Error('HTTP 503'))).toMatchObject({
      outcomes: [],
      problem: 'HTTP 503',
    })
  })
})
