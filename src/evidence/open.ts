import { randomUUID } from 'node:crypto'
import type { Context } from '../cli/context.ts'
import type { EvidenceOptions } from '../cli/evidence-options.ts'
import { EXIT, UserError, usageError } from '../errors.ts'
import { networkFailure } from '../keycloak/http/network-failures.ts'
import { createTransport, type Transport } from '../keycloak/http/transport.ts'
import { errnoCode } from '../util/errno.ts'
import { isLoopback } from '../util/loopback.ts'
import { type Evidence, joinEvidence } from './evidence.ts'
import { parseHeaders } from './headers.ts'
import { logCollector } from './log/collect.ts'
import { type EvidenceSource, parseEvidence } from './source.ts'
import { traceIds } from './traces/collect.ts'
import { type TraceStore, traceStore } from './traces/store.ts'

/** Seconds. */
export const DEFAULT_WAIT = 20
/** A trace of 100 sessions at ten clients is about 2 MB. */
const LARGEST_TRACE = 64 * 1024 * 1024

/**
 * Checks what `--evidence` says, without any request.
 * @throws {UserError} `bad-evidence` (exit 2)
 */
export function evidenceSources({ evidence = [], evidenceHeaderFile }: EvidenceOptions): EvidenceSource[] {
  const sources = evidence.map(parseEvidence)
  const stores = sources.filter(({ kind }) => kind !== 'log')
  if (stores.length > 1)
    throw usageError('bad-evidence', '--evidence names several sources of traces.', 'Leave one of them.')
  if (sources.filter((source) => source.kind === 'log' && source.path === '-').length > 1)
    throw usageError('bad-evidence', '--evidence log:- is given twice.', 'Leave one of them out.')
  if (evidenceHeaderFile !== undefined && !sources.some(({ kind }) => kind === 'jaeger' || kind === 'tempo'))
    throw usageError(
      'bad-evidence',
      '--evidence-header-file is for jaeger: and tempo:.',
      'Leave it out, or name the trace store with --evidence.',
    )
  return sources
}

/**
 * Refuses `log:-` beside another reader of stdin, before any request.
 * @param readers names and files of which `-` stands for stdin
 * @throws {UserError} `stdin-twice` (exit 2)
 */
export function refuseSecondReader(
  readers: readonly (string | undefined)[],
  sources: readonly EvidenceSource[],
): void {
  if (readers.includes('-') && sources.some((source) => source.kind === 'log' && source.path === '-'))
    throw usageError(
      'stdin-twice',
      'stdin is read twice, once as the log of --evidence log:-.',
      'Give one of the two as a file.',
    )
}

/**
 * Refuses `log:-` where a run is for several realms: it reads its evidence anew for each.
 * @throws {UserError} `one-realm` (exit 2)
 */
export function refuseStdinInRealms({ evidence = [] }: EvidenceOptions): void {
  if (evidence.includes('log:-'))
    throw usageError(
      'one-realm',
      '--evidence log:- is possible with one realm only: stdin cannot be read again for the next.',
      "Give the log as a file, or the traces' store.",
    )
}

/**
 * Opens the sources: reads logs from their present end on, listens for traces, and sees whether the store can be asked.
 * Keycloak's credentials go to none of them.
 * @throws {UserError} `evidence-unreachable` (exit 6), `bad-evidence` (exit 2)
 */
export async function openEvidence(
  sources: readonly EvidenceSource[],
  { evidenceHeaderFile, evidenceWait = DEFAULT_WAIT }: EvidenceOptions,
  realm: string,
  ctx: Pick<Context, 'files' | 'http' | 'now' | 'sleep' | 'signal'>,
): Promise<Evidence> {
  const closing: (() => Promise<void> | void)[] = []
  const ids = traceIds(randomHex)
  const stores: TraceStore[] = []
  const logs: { name: string; collector: ReturnType<typeof logCollector> }[] = []
  for (const source of sources) {
    if (source.kind === 'log') {
      logs.push(await followLog(source.path, ctx, closing))
    } else if (source.kind === 'otlp') {
      stores.push(await listenForTraces(source, (traceId) => ids.used.includes(traceId), closing))
    } else {
      const headers =
        evidenceHeaderFile === undefined ? {} : parseHeaders(await ctx.files.read(evidenceHeaderFile))
      stores.push(await askStore(source, headers, ctx, closing))
    }
  }
  const close = async () => {
    for (const end of closing.splice(0)) await end()
  }
  const { now, sleep, signal } = ctx
  return joinEvidence({ realm, stores, logs, ids, wait: evidenceWait, now, sleep, signal, close })
}

/** Of a UUID, because Node keeps random bytes for those: reading some for each request is a system call each. */
const randomHex = (bytes: number) =>
  randomUUID()
    .replaceAll('-', '')
    .slice(0, 2 * bytes)

async function followLog(path: string, ctx: Pick<Context, 'files' | 'signal'>, closing: (() => void)[]) {
  const stop = new AbortController()
  closing.push(() => stop.abort())
  const signal = AbortSignal.any([stop.signal, ctx.signal])
  const chunks = await ctx.files.followFromEnd(path, signal)
  return { name: path === '-' ? 'The log on stdin' : `The log ${path}`, collector: logCollector(chunks) }
}

async function listenForTraces(
  { host, port }: { readonly host: string; readonly port: number },
  isOurs: (traceId: string) => boolean,
  closing: (() => Promise<void> | void)[],
): Promise<TraceStore> {
  const { receiveOtlp } = await import('./traces/otlp-receiver.ts')
  try {
    const receiver = await receiveOtlp({ host, port }, isOurs)
    closing.push(() => receiver.close())
    return receiver
  } catch (error) {
    throw new UserError(
      'evidence-unreachable',
      `Cannot listen at ${host}:${port} (${errnoCode(error) ?? error}).`,
      {
        exitCode: EXIT.unreachable,
        hint: 'Choose another port with --evidence otlp:HOST:PORT. Nothing was done.',
        cause: error,
      },
    )
  }
}

async function askStore(
  { kind, url }: { readonly kind: 'jaeger' | 'tempo'; readonly url: string },
  headers: Readonly<Record<string, string>>,
  ctx: Pick<Context, 'http'>,
  closing: (() => void)[],
): Promise<TraceStore> {
  const base = new URL(url)
  if (Object.keys(headers).length > 0 && base.protocol === 'http:' && !isLoopback(base.hostname))
    throw usageError(
      'http-refused',
      `The headers of --evidence-header-file would go to ${base.origin} unencrypted.`,
      'Use https.',
    )
  const options = await ctx.http()
  const transport = createTransport({ ...options, proxy: options.proxyFor(base) })
  closing.push(() => transport.close())
  const store = traceStore(kind, base.href, getFrom(transport, base, headers))
  const problem = await store
    .problem()
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
  if (problem === undefined) return store
  throw new UserError('evidence-unreachable', `${store.name} cannot be asked for traces: ${problem}.`, {
    exitCode: EXIT.unreachable,
    hint: 'Check the URL (that of the query API, not of the collector) and its headers. Nothing was done.',
  })
}

const getFrom =
  (transport: Transport, base: URL, headers: Readonly<Record<string, string>>) => async (path: string) => {
    try {
      const { status, body } = await transport.request({
        method: 'GET',
        url: new URL(path, base),
        headers: { accept: 'application/json', ...headers },
        maxBytes: LARGEST_TRACE,
      })
      return { status, body }
    } catch (error) {
      throw networkFailure(error)
    }
  }
