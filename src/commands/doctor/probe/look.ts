import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import tls, { type TLSSocket } from 'node:tls'
import { errnoCode } from '../../../util/errno.ts'
import type { ConnectFault, Look, TlsLook } from '../facts.ts'
import { verifyChain } from './certificates.ts'

export interface LookOptions {
  readonly signal: AbortSignal
  /** Milliseconds for the name, and again for the connection with its TLS handshake. */
  readonly timeout: number
  /** Every authority to trust, in PEM. */
  readonly ca: readonly string[]
}

/** With TLS 1.3 a server that requires a client certificate refuses only after the handshake. */
const AFTER_HANDSHAKE_MS = 250

/**
 * Checks the host of an http(s) URL as Keycloak would find it: name, connection, certificates. Sends nothing beyond the TLS
 * handshake. Certificates are checked by the rules of Java: no missing certificate is fetched.
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
  let connection: Connection = { kind: 'fault', fault: 'unknown-host', detail: 'no address' }
  // Java also tries one address after another.
  for (const address of addresses.slice(0, MOST_ADDRESSES)) {
    connection = await connectTo({ ...target, address }, options)
    if (connection.kind === 'connected')
      return connection.tls === undefined ? { kind: 'ok' } : { kind: 'ok', tls: connection.tls }
  }
  return { kind: 'failed', fault: connection.fault, detail: connection.detail, addresses }
}

const MOST_ADDRESSES = 3

interface Target {
  readonly host: string
  readonly port: number
  readonly secure: boolean
}

interface AddressedTarget extends Target {
  /** One of the host's addresses. */
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
  const timedOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('no answer'), { code: 'ETIMEOUT' })), timeout)
  })
  try {
    const found = await Promise.race([lookup(host, { all: true }), timedOut])
    return found.map(({ address }) => address)
  } finally {
    clearTimeout(timer)
  }
}

type Connection =
  | { readonly kind: 'connected'; readonly tls: TlsLook | undefined; readonly protocol: string | undefined }
  | { readonly kind: 'fault'; readonly fault: ConnectFault; readonly detail: string }

function handshake(
  { address, host, port, secure }: AddressedTarget,
  { signal, timeout, ca }: LookOptions,
  more: tls.ConnectionOptions = {},
): Promise<Connection> {
  return new Promise((resolveWith) => {
    let connected = false
    let made: Connection | undefined
    const socket: Socket | TLSSocket = secure
      ? tls.connect({
          host: address,
          port,
          servername: isIP(host) ? '' : host,
          // Nothing is sent; the certificates are checked below.
          rejectUnauthorized: false,
          ...more,
        })
      : connectTcp({ host: address, port })
    const settle = (connection: Connection) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', timedOut)
      socket.destroy()
      resolveWith(connection)
    }
    const timedOut = () =>
      settle({
        kind: 'fault',
        fault: connected ? 'tls-failed' : 'connect-timeout',
        detail: connected ? 'no answer in the TLS handshake' : 'no answer',
      })
    const timer = setTimeout(timedOut, timeout)
    signal.addEventListener('abort', timedOut)
    socket.once('connect', () => {
      connected = true
      if (!secure) settle({ kind: 'connected', tls: undefined, protocol: undefined })
    })
    socket.once('secureConnect', () => {
      const secured = socket as TLSSocket
      made = {
        kind: 'connected',
        tls: verifyChain(secured, host, ca),
        protocol: secured.getProtocol() ?? undefined,
      }
      secured.resume()
      setTimeout(() => made && settle(made), AFTER_HANDSHAKE_MS)
    })
    socket.on('error', (error) => settle({ kind: 'fault', ...connectFaultOf(error, connected) }))
    socket.on('close', () => {
      if (made) settle(made)
      else settle({ kind: 'fault', fault: 'connection-closed', detail: 'closed without an answer' })
    })
  })
}

/** A connection; if its handshake fails, another one with old versions of TLS, to see whether those are the reason. */
async function connectTo(target: AddressedTarget, options: LookOptions): Promise<Connection> {
  const connection = await handshake(target, options)
  if (
    connection.kind === 'connected' ||
    !(connection.fault === 'tls-failed' || connection.fault === 'tls-old-protocol')
  )
    return connection
  const old = await handshake(target, options, OLD_TLS)
  return old.kind === 'connected'
    ? { kind: 'fault', fault: 'tls-old-protocol', detail: `speaks ${old.protocol}` }
    : connection
}

const OLD_TLS = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const

function connectFaultOf(error: Error, connected: boolean): { fault: ConnectFault; detail: string } {
  const code = codeOf(error)
  const fault = FAULTS.find(([pattern]) => pattern.test(code))?.[1]
  return { fault: fault ?? (connected ? 'tls-failed' : 'unreachable'), detail: code }
}

/** Faults by the codes of Node and OpenSSL. */
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
  errnoCode(error) ?? (error instanceof Error ? error.message : String(error))
