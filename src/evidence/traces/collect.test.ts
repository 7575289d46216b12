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
  const { deliveries, missing, problem } = collector.findings()
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

  it('says nothing after one reading: a second one may show more', async () => {
    expect(await collected(1, [request])).toEqual({ outcomes: [], missing: 0, problem: undefined })
  })

  it('says nothing if the store is away at the end', async () => {
    expect(await collected(2, [request], new Error('HTTP 503'))).toMatchObject({
      outcomes: [],
      problem: 'HTTP 503',
    })
  })
})

describe('a trace during the run', () => {
  it('is read when Keycloak has exported more of it: after its first session, its hundredth, a reading', async () => {
    let [time, reads] = [0, 0]
    const spans = async () => {
      reads++
      return []
    }
    const store = { name: 'Jaeger', problem: async () => undefined, spans }
    const collector = traceCollector(store, 'customers', () => time)
    const readsAt = async (ms: number) => {
      time = ms
      await collector.look('due')
      return reads
    }
    collector.ended({ ...session, id: '1' })
    expect([await readsAt(5_000), await readsAt(6_000), await readsAt(11_000)]).toEqual([0, 1, 1])
    for (let n = 2; n <= 100; n++) collector.ended({ ...session, id: `${n}` })
    expect([await readsAt(16_000), await readsAt(17_000)]).toEqual([1, 2])
    await collector.look()
    expect(reads).toBe(3)
  })
})

describe('a store that answers slowly', () => {
  const call: Span = {
    ...request,
    spanId: '00000000000000bb',
    parentSpanId: request.spanId,
    kind: 'client',
    attributes: new Map([
      ['url.full', 'https://shop.example/logout'],
      ['http.response.status_code', '200'],
    ]),
  }

  it('is asked once at a time for each trace, four traces at a time', async () => {
    const asked: string[] = []
    const answers: (() => void)[] = []
    const spans = (traceId: string) => {
      asked.push(traceId)
      return new Promise<Span[]>((resolve) => answers.push(() => resolve([])))
    }
    const collector = traceCollector({ name: 'Jaeger', problem: async () => undefined, spans }, 'customers')
    for (let n = 1; n <= 6; n++) collector.ended({ ...session, id: `${n}`, traceId: `trace-${n}` })
    const looks = [collector.look(), collector.look()]
    await expect.poll(() => asked.length).toBe(4)
    for (const answer of answers.splice(0)) answer()
    await expect.poll(() => asked.length).toBe(6)
    for (const answer of answers.splice(0)) answer()
    expect(await Promise.all(looks)).toEqual([false, false])
    expect(new Set(asked).size).toBe(asked.length)
  })

  it('has answered if only another look is in progress when the time is over', async () => {
    const answers = [Promise.resolve<Span[]>([]), new Promise<Span[]>(() => {})]
    const spans = () => answers.shift() ?? Promise.resolve([])
    const collector = traceCollector({ name: 'Jaeger', problem: async () => undefined, spans }, 'customers')
    collector.ended(session)
    await collector.look()
    collector.look()
    await expect.poll(() => answers.length).toBe(0)
    expect(collector.findings()).toEqual({ deliveries: [], missing: 1, problem: undefined })
  })

  it('leaves unknown what it has not answered when the time is over, and that is said', async () => {
    let answer: (spans: Span[]) => void = () => {}
    const spans = () => new Promise<Span[]>((resolve) => (answer = resolve))
    const collector = traceCollector({ name: 'Jaeger', problem: async () => undefined, spans }, 'customers')
    collector.ended(session)
    const look = collector.look()
    expect(collector.findings()).toEqual({
      deliveries: [],
      missing: 1,
      problem: 'it had not answered when the time was over',
    })
    answer([request, call])
    await look
    expect(collector.soFar()).toEqual([])
  })
})
