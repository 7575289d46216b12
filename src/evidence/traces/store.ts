import { isRecord } from '../../util/is-record.ts'
import { spansOfJaeger } from './jaeger-json.ts'
import { spansOfOtlp } from './otlp-json.ts'
import { type Span, UnknownTraceFormat } from './span.ts'

/** GETs a document of a trace store, with the headers for it and never with Keycloak's credentials. */
export type GetFromStore = (path: string) => Promise<{ readonly status: number; readonly body: string }>

/** A place where traces are kept and can be asked for by id. */
export interface TraceStore {
  /** How it is called in messages: `Jaeger at http://…`. */
  readonly name: string
  /** Returns why traces cannot be read here, in words; undefined where they can. */
  problem(): Promise<string | undefined>
  /**
   * The spans of a trace so far; an empty list where the store has nothing of it (yet).
   * @throws {Error} where the store cannot be asked: nothing is known then
   */
  spans(traceId: string): Promise<Span[]>
}

interface Api {
  readonly path: (traceId: string) => string
  readonly spans: (document: unknown) => Span[]
}

/** Newest first; the first that answers in a known form is used from then on. */
const APIS: Readonly<Record<'jaeger' | 'tempo', readonly Api[]>> = {
  jaeger: [
    { path: (id) => `api/v3/traces/${id}`, spans: spansOfOtlp },
    { path: (id) => `api/traces/${id}`, spans: spansOfJaeger },
  ],
  tempo: [
    { path: (id) => `api/v2/traces/${id}`, spans: spansOfOtlp },
    { path: (id) => `api/traces/${id}`, spans: spansOfOtlp },
  ],
}

/** A trace of nobody, to see whether the store can be asked. */
const NO_TRACE = '00000000000000000000000000000001'

/** Jaeger or Tempo, asked by trace id over their HTTP API. */
export function traceStore(kind: 'jaeger' | 'tempo', url: string, get: GetFromStore): TraceStore {
  const ask = async (path: string) => readAnswer(await get(path))
  let apis = APIS[kind]
  return {
    name: `${kind === 'jaeger' ? 'Jaeger' : 'Tempo'} at ${url}`,
    async spans(traceId) {
      let problem: string | undefined
      let isAbsent = false
      for (const api of apis) {
        const answer = await ask(api.path(traceId))
        const spans = answer.kind === 'document' ? spansOf(api, answer.body) : undefined
        if (spans) {
          apis = [api]
          return spans
        }
        isAbsent ||= answer.kind === 'absent'
        problem ??= answer.kind === 'failed' ? answer.problem : 'the answer is not a trace in a known form'
      }
      // A 404 is a trace that is not there (yet), or an API that this version does not have.
      if (isAbsent) return []
      throw new Error(problem)
    },
    async problem() {
      if (kind === 'tempo') {
        const echo = await get('api/echo')
        return echo.status === 200 && /echo/i.test(echo.body) ? undefined : notATempo(echo.status)
      }
      const answers = await Promise.all(APIS.jaeger.map((api) => ask(api.path(NO_TRACE))))
      if (answers.some(({ kind: answer }) => answer !== 'failed')) return undefined
      const [first] = answers
      return first?.kind === 'failed' ? first.problem : undefined
    },
  }
}

const notATempo = (status: number) =>
  status === 200 ? 'GET api/echo is not answered by Tempo' : `GET api/echo answered HTTP ${status}`

type StoreAnswer =
  | { readonly kind: 'document'; readonly body: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'failed'; readonly problem: string }

/** Jaeger and Tempo say "not found" in JSON, or Tempo in a line of text; a page of HTML is somebody else's. */
function readAnswer({ status, body }: { readonly status: number; readonly body: string }): StoreAnswer {
  const document = parsedOrUndefined(body)
  if (status === 404) {
    const isTheirs = isRecord(document)
      ? 'error' in document || 'errors' in document
      : /^trace not found/i.test(body)
    return isTheirs ? { kind: 'absent' } : { kind: 'failed', problem: 'HTTP 404, and not from a trace store' }
  }
  if (status !== 200) return { kind: 'failed', problem: `HTTP ${status}` }
  return document === undefined
    ? { kind: 'failed', problem: 'the answer is not JSON' }
    : { kind: 'document', body: document }
}

function spansOf(api: Api, document: unknown): Span[] | undefined {
  try {
    return api.spans(document)
  } catch (error) {
    if (error instanceof UnknownTraceFormat) return undefined
    throw error
  }
}

function parsedOrUndefined(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
