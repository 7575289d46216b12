import { connect as connectTcp, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'

const LIMIT_MS = 5_000

/**
 * Does something accept a connection at this URL's host and port, from this machine? With https a TLS handshake must
 * succeed; its certificate is not checked. Sends no request.
 */
export function connects(url: string, signal: AbortSignal): Promise<boolean> {
  const target = parse(url)
  if (!target || signal.aborted) return Promise.resolve(false)
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
    const settle = (answer: boolean) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.destroy()
      resolve(answer)
    }
    const abort = () => settle(false)
    const timer = setTimeout(abort, LIMIT_MS)
    signal.addEventListener('abort', abort)
    socket.once(target.tls ? 'secureConnect' : 'connect', () => settle(true))
    socket.once('error', () => settle(false))
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
