import { trustedAuthorities } from './certificate-authorities.ts'
import type { OpenDeps } from './client-options.ts'
import { proxyFor } from './proxy.ts'
import type { RequestTrace, TransportOptions } from './transport.ts'
import { USER_AGENT } from './user-agent.ts'

/** How requests are sent, from the settings of the connection; `createTransport` takes it with a proxy. */
export interface HttpOptions extends Omit<TransportOptions, 'identity' | 'proxy'> {
  readonly insecure: boolean
  /** Every certificate authority to trust, in PEM; undefined means Node's own. */
  readonly ca: readonly string[] | undefined
  /** The proxy for requests to this URL; undefined for a direct connection. @throws {UserError} `bad-proxy` (2) */
  proxyFor(url: URL): URL | undefined
}

export interface HttpSettings {
  readonly caFile: string | undefined
  readonly insecure: boolean
  /** Milliseconds. */
  readonly timeout: number
}

/** Reads the certificates to trust; sends nothing. @throws {UserError} `bad-ca-file`, `not-readable` (2) */
export async function httpOptions(
  { caFile, insecure, timeout }: HttpSettings,
  { files, signal, env = {}, userAgent = USER_AGENT, debug }: OpenDeps,
): Promise<HttpOptions> {
  return {
    timeout,
    insecure,
    ca: await trustedAuthorities(caFile, files, env),
    proxyFor: (url) => proxyFor(url, env),
    userAgent,
    signal,
    onRequest: debug && ((trace) => debug(traceLine(trace))),
  }
}

/** One request as `--debug` prints it. */
export const traceLine = ({ method, path, status, error, ms }: RequestTrace): string =>
  `${method} ${path} → ${status ?? error} (${ms} ms)`
