import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import tls, { type TLSSocket } from 'node:tls'
import type { ConnectFault, Look, TlsLook } from '../facts.ts'
import { verifyChain } from './certificates.ts'

export interface LookOptions {
  readonly signal: AbortSignal
  /** Milliseconds for the name, and again for the connection with its greeting. */
  readonly timeout: number
  /** Every authority to trust, in PEM. */
  readonly ca: readonly string[]
}

/** A server that wants a client certificate says so only after the greeting (TLS 1.3). */
const AFTER_GREETING_MS = 250

/**
 * Looks at the host of an http(s) URL as Keycloak would meet it: name, connection, certificates. Sends nothing beyond a
 * TLS greeting. Certificates are judged by the rules of Java: nothing that is missing is fetched.
 */
export async function look(url: string, options: LookOptions): Promise<Look> {
  const target = targetOf(url)
  if (!target) return { kind: 'not-http' }
  let addresses: string[]
  try {
    addresses = await resolve(target.host, options)
  } catch (error) {
    return { kind: 'failed', fault: 'unknown-host', detail: codeOf(error), addresses: [] }
  }
  let met: Met = { kind: 'fault', fault: 'unknown-host', detail: 'no address' }
  // Java tries one address after the other too.
  for (const address of addresses.slice(0, MOST_ADDRESSES)) {
    met = await meet({ ...target, address }, options)
    if (met.kind === 'met') return met.tls === undefined ? { kind: 'ok' } : { kind: 'ok', tls: met.tls }
  }
  return { kind: 'failed', fault: met.fault, detail: met.detail, addresses }
}

const MOST_ADDRESSES = 3

interface Target {
  readonly host: string
  readonly port: number
  readonly secure: boolean
}

interface Place extends Target {
  /** One of the host's. */
  readonly address: string
}

function targetOf(url: string): Target | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, hostname, port } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') return undefined
  const secure = protocol === 'https:'
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (secure ? 443 : 80), secure }
}

async function resolve(host: string, { timeout }: LookOptions): Promise<string[]> {
  if (isIP(host)) return [host]
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('no answer'), { code: 'ETIMEOUT' })), timeout)
  })
  try {
    const found = await Promise.race([lookup(host, { all: true }), late])
    return found.map(({ address }) => address)
  } finally {
    clearTimeout(timer)
  }
}

type Met =
  | { readonly kind: 'met'; readonly tls: TlsLook | undefined; readonly protocol: string | undefined }
  | { readonly kind: 'fault'; readonly fault: ConnectFault; readonly detail: string }

function greet(
  { address, host, port, secure }: Place,
  { signal, timeout, ca }: LookOptions,
  more: tls.ConnectionOptions = {},
): Promise<Met> {
  return new Promise((resolveMet) => {
    let connected = false
    let greeted: Met | undefined
    const socket: Socket | TLSSocket = secure
      ? tls.connect({
          host: address,
          port,
          servername: isIP(host) ? '' : host,
          // Nothing is sent; what the certificates are worth is judged below.
          rejectUnauthorized: false,
          ...more,
        })
      : connectTcp({ host: address, port })
    const settle = (met: Met) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', late)
      socket.destroy()
      resolveMet(met)
    }
    const late = () =>
      settle({
        kind: 'fault',
        fault: connected ? 'tls-failed' : 'connect-timeout',
        detail: connected ? 'no answer to the TLS greeting' : 'no answer',
      })
    const timer = setTimeout(late, timeout)
    signal.addEventListener('abort', late)
    socket.once('connect', () => {
      connected = true
      if (!secure) settle({ kind: 'met', tls: undefined, protocol: undefined })
    })
    socket.once('secureConnect', () => {
      const secured = socket as TLSSocket
      greeted = {
        kind: 'met',
        tls: verifyChain(secured, host, ca),
        protocol: secured.getProtocol() ?? undefined,
      }
      secured.resume()
      setTimeout(() => greeted && settle(greeted), AFTER_GREETING_MS)
    })
    socket.on('error', (error) => settle({ kind: 'fault', ...connectFaultOf(error, connected) }))
    socket.on('close', () => {
      if (greeted) settle(greeted)
      else settle({ kind: 'fault', fault: 'connection-closed', detail: 'closed without a word' })
    })
  })
}

/** A greeting, and where it fails one in old versions of TLS, to tell whether those are the reason. */
async function meet(place: Place, options: LookOptions): Promise<Met> {
  const met = await greet(place, options)
  if (met.kind === 'met' || !(met.fault === 'tls-failed' || met.fault === 'tls-old-protocol')) return met
  const old = await greet(place, options, OLD_TLS)
  return old.kind === 'met'
    ? { kind: 'fault', fault: 'tls-old-protocol', detail: `speaks ${old.protocol}` }
    : met
}

const OLD_TLS = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const

function connectFaultOf(error: Error, connected: boolean): { fault: ConnectFault; detail: string } {
  const code = codeOf(error)
  const fault = FAULTS.find(([pattern]) => pattern.test(code))?.[1]
  return { fault: fault ?? (connected ? 'tls-failed' : 'unreachable'), detail: code }
}

/** By Node's and OpenSSL's codes. */
const FAULTS: readonly (readonly [RegExp, ConnectFault])[] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/, 'unreachable'],
  [/^ETIMEDOUT$/, 'connect-timeout'],
  [/^(ECONNRESET|EPIPE)$/, 'connection-closed'],
  [/^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|ERR_SSL_HTTP_REQUEST)$/, 'tls-not-spoken'],
  [/UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION|TLSV1_ALERT_PROTOCOL/, 'tls-old-protocol'],
  [/CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE/, 'tls-client-certificate'],
]

const codeOf = (error: unknown): string =>
  error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error)
