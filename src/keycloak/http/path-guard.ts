import { AsyncLocalStorage } from 'node:async_hooks'
import { type IdKind, pathId } from './ids.ts'
import type { HttpAnswer } from './messages.ts'
import type { Transport } from './transport.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** The kind and value of each parameter of a path template. */
export type PathParams = Readonly<Record<string, readonly [kind: IdKind, value: string]>>

/** The one request that may be sent next. */
export interface Expectation {
  readonly transport: Transport
  readonly origin: string
  readonly method: Method
  /** Decoded, with the server's base path. */
  readonly segments: readonly string[]
  readonly maxBytes: number | undefined
  readonly traceparent?: string | undefined
  readonly repeatable?: boolean
  readonly onRepeat?: (() => void) | undefined
  /** Set when the request is sent. */
  sent?: { authorization: string | undefined; answer?: HttpAnswer }
}

const announced = new AsyncLocalStorage<Expectation>()
let announcing = 0

/**
 * Announces the one request that `send` makes through a library. Between calls the storage is disabled: while it is in
 * use, Node 20 follows each promise of the process.
 */
export async function announce<T>(expectation: Expectation, send: () => Promise<T>): Promise<T> {
  announcing++
  try {
    return await announced.run(expectation, send)
  } finally {
    if (--announcing === 0) announced.disable()
  }
}

/** The announced request, where the caller cannot be given it. */
export const announcedHere = (): Expectation | undefined => announced.getStore()

/** Thrown instead of sending a request other than the announced one. */
export class PathGuardError extends Error {
  constructor(what: string) {
    super(`Refused to send ${what}`)
    this.name = 'PathGuardError'
  }
}

/**
 * The decoded segments of a template such as `/admin/realms/{realm}`, after those of the server's base path.
 * @throws {UserError} `bad-id`, `odd-id` for an unsafe parameter
 */
export function expectedSegments(base: URL, template: string, params: PathParams): string[] {
  const filled = segmentsOf(template).map((segment) => {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1]
    if (name === undefined) return segment
    const param = params[name]
    if (!param) throw new PathGuardError(`a request without ${name}`)
    return pathId(param[0], param[1])
  })
  return [...segmentsOf(base.pathname).map(decodeURIComponent), ...filled]
}

/**
 * Checks that a request is the announced one: same origin and method, and a path with exactly the announced segments,
 * apart from one trailing slash. Guards against a library that normalises paths, and against our own mistakes.
 * @throws {PathGuardError}
 */
export function assertExpected(expectation: Expectation, method: string, url: URL): void {
  const path = url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : url.pathname
  const [first, ...segments] = path.split('/')
  const same =
    url.origin === expectation.origin &&
    url.username === '' &&
    url.password === '' &&
    method === expectation.method &&
    first === '' &&
    segments.length === expectation.segments.length &&
    segments.every((segment, index) => decoded(segment) === expectation.segments[index])
  if (!same) throw new PathGuardError(`${method} ${url.pathname}: it is not the announced request`)
}

const segmentsOf = (path: string) => path.split('/').filter((segment) => segment !== '')

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
