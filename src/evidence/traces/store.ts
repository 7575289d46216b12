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
  const name = `${kind === 'jaeger' ? 'Jaeger' : 'Tempo'} at ${url}`
  let apis = APIS[kind]

  const ask = async (traceId: string): Promise<Span[]> => {
    let refused: string | undefined
    for (const api of apis) {
      const { status, body } = await get(api.path(traceId))
      const found = readAnswer(api, status, body)
      if (Array.isArray(found)) {
        apis = [api]
        return found
      }
      refused ??= found
    }
    throw new Error(refused)
  }

  return {
    name,
    spans: ask,
    async problem() {
      const known = apis
      try {
        await ask(NO_TRACE)
        return undefined
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      } finally {
        // A 404 to a trace that is not there says nothing about which API there is.
        apis = known
      }
    },
  }
}

/** The spans, or why the answer is none of this API. A 404 means that the trace is not there (yet). */
function readAnswer({ spans }: Api, status: number, body: string): Span[] | string {
  if (status === 404) return isJsonOrText(body) ? [] : `HTTP 404 with a page that is not the store's`
  if (status !== 200) return `HTTP ${status}`
  try {
    return spans(JSON.parse(body))
  } catch (error) {
    if (error instanceof UnknownTraceFormat || error instanceof SyntaxError)
      return 'the answer is not a trace in a known form'
    throw error
  }
}

/** Jaeger answers a 404 in JSON, Tempo in a line of text; a page of HTML is somebody else's. */
const isJsonOrText = (body: string) => !/^\s*<(!doctype|html)/i.test(body)
