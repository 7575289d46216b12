import { connect as connectTcp, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'

const LIMIT_MS = 5_000

/** `refused`: the host answered and refused. `unknown`: no answer, as of a host in another network. */
export type Connection = 'accepted' | 'refused' | 'unknown'

/**
 * Does something accept a connection at this URL's host and port, from this machine? With https a TLS handshake must
 * succeed; its certificate is not checked. Sends no request.
 */
export function tryConnection(url: string, signal: AbortSignal): Promise<Connection> {
  const target = parse(url)
  if (!target || signal.aborted) return Promise.resolve('unknown')
  return new Promise((resolve) => {
    const socket = target.tls
      ? // No secret is sent over this connection, so the certificate need not be trusted.
        connectTls({
          host: target.host,
          port: target.port,
          servername: isIP(target.host) ? '' : target.host,
          rejectUnauthorized: false,
        })
      : connectTcp(target.port, target.host)
    let isConnected = false
    const settle = (answer: Connection) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.destroy()
      resolve(answer)
    }
    const abort = () => settle('unknown')
    const timer = setTimeout(abort, LIMIT_MS)
    signal.addEventListener('abort', abort)
    socket.once('connect', () => {
      isConnected = true
      if (!target.tls) settle('accepted')
    })
    socket.once('secureConnect', () => settle('accepted'))
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      settle(isConnected || code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'refused' : 'unknown'),
    )
  })
}

function parse(url: string): { host: string; port: number; tls: boolean } | undefined {
  try {
    const { hostname, port, protocol } = new URL(url)
    if (protocol !== 'http:' && protocol !== 'https:') return undefined
    const tls = protocol === 'https:'
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (tls ? 443 : 80), tls }
  } catch {
    return undefined
  }
}
