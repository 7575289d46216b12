import { isRecord } from '../../util/is-record.ts'
import { CONTINUATION, EXCEPTION } from '../markers.ts'
import { textHead } from '../record.ts'
import { first, structuredRecord, text } from '../structured.ts'
import { type Part, partsOf } from './part.ts'
import { PartialTexts } from './partial-texts.ts'

type Json = Readonly<Record<string, unknown>>

/** Members that name the node of a cluster; one log may hold lines of several. */
const SOURCE = [
  ['kubernetes', 'pod_name'],
  ['kubernetes', 'pod', 'name'],
  'kubernetes.pod_name',
  'kubernetes.pod.name',
  'pod_name',
  'pod',
  ['resource', 'labels', 'pod_name'],
  ['fields', 'pod'],
  ['labels', 'pod'],
  ['stream', 'pod'],
  'container_id',
  ['container', 'id'],
  '@logStream',
  'logStream',
  'logStreamName',
  '_HOSTNAME',
  'host.name',
  ['host', 'name'],
  'host.hostname',
  'hostName',
  'host',
] as const
const DEEPEST = 12

/**
 * Finds Keycloak's entries in what collectors and log stores make of a log: an entry whose parts are members, or a line
 * of the console in some member, under any name and at any depth.
 */
export class JsonEntries {
  readonly #partial = new PartialTexts()
  /** The member that lines of the console were found in: what else it holds are lines too. */
  #line: string | undefined
  #isStructured = false

  /** Was the last value an entry whose parts are members? Then no line of another value belongs to one. */
  get isStructured(): boolean {
    return this.#isStructured
  }

  /** @returns nothing where neither an entry nor a line of one was found */
  parts(value: unknown): Part[] {
    return this.#within(value, '', '', 0)
  }

  #within(value: unknown, source: string, path: string, depth: number): Part[] {
    if (depth > DEEPEST) return []
    if (Array.isArray(value)) return this.#ofList(value, source, path, depth)
    if (!isRecord(value)) return []
    const own = first(value, SOURCE)
    return this.#ofObject(value, own === undefined ? source : `${own} `, path, depth)
  }

  #ofList(list: readonly unknown[], source: string, path: string, depth: number): Part[] {
    return list.flatMap((item) =>
      typeof item === 'string'
        ? this.#ofMembers([[path, item]], source, depth)
        : this.#within(item, source, `${path}[]`, depth + 1),
    )
  }

  #ofObject(value: Json, source: string, path: string, depth: number): Part[] {
    const record = structuredRecord(value)
    // A message that begins as a line of the console is one: the members around it are the collector's.
    this.#isStructured = record !== undefined
    if (record && textHead(record.message.split('\n', 1)[0] ?? '')?.start !== 0)
      return [{ source, head: record }]
    const members = Object.entries(value)
    const texts = members.flatMap(([name, member]): [string, string][] => {
      const found = text(member)
      return found === undefined ? [] : [[`${path}.${name}`, found]]
    })
    const whole = this.#partial.take(value, texts, source)
    if (whole === 'waits') return []
    const found = this.#headed(whole, source, depth)
    if (found.length > 0) return found
    const inside = members.flatMap(([name, member]) =>
      typeof member === 'object' ? this.#within(member, source, `${path}.${name}`, depth + 1) : [],
    )
    return inside.length > 0 ? once(inside) : this.#continued(whole, source)
  }

  #ofMembers(texts: readonly (readonly [string, string])[], source: string, depth: number): Part[] {
    const found = this.#headed(texts, source, depth)
    return found.length > 0 ? found : this.#continued(texts, source)
  }

  /** The entries of the member that says most: GELF has a short and a full message. */
  #headed(texts: readonly (readonly [string, string])[], source: string, depth: number): Part[] {
    let best: { readonly path: string; readonly size: number; readonly parts: Part[] } | undefined
    for (const [path, candidate] of texts) {
      if (best && candidate.length <= best.size) continue
      const parts = this.#entriesIn(candidate, source, path, depth)
      if (parts.some((part) => 'head' in part)) best = { path, size: candidate.length, parts }
    }
    if (best) this.#line ??= best.path
    return best?.parts ?? []
  }

  #entriesIn(candidate: string, source: string, path: string, depth: number): Part[] {
    if (/^\s*\{\s*"/.test(candidate)) {
      const value = parsed(candidate)
      if (value !== undefined) return this.#within(value, source, path, depth + 1)
    }
    return partsOf(candidate.replace(/\r?\n$/, ''), source)
  }

  #continued(texts: readonly (readonly [string, string])[], source: string): Part[] {
    const line =
      texts.find(([path]) => path === this.#line) ??
      texts.find(([, candidate]) => CONTINUATION.test(candidate) || EXCEPTION.test(candidate))
    return line ? partsOf(line[1].replace(/\r?\n$/, ''), source) : []
  }
}

/** A value that stands twice in an object, as in `_source` and `highlight` of Elasticsearch, is one entry. */
function once(parts: readonly Part[]): Part[] {
  const seen = new Set<string>()
  return parts.filter((part) => {
    if (!('head' in part)) return true
    const { time, thread, message } = part.head
    const key = JSON.stringify([part.source, time, thread, message])
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}

export function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    return undefined
  }
}
