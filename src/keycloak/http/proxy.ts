import http from 'node:http'
import https from 'node:https'
import { isIP, type Socket } from 'node:net'
import tls, { type ConnectionOptions } from 'node:tls'
import { getProxyForUrl } from 'proxy-from-env'
import { usageError } from '../../errors.ts'
import { isLoopback } from '../../util/loopback.ts'
import { TransportError, transportErrorOf } from './transport-error.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy for a server from the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, in either case); undefined for
 * this machine and for servers in `NO_PROXY`. Node 20 does not do this itself.
 * @param env the environment of this process: proxy-from-env reads `NO_PROXY` from `process.env`
 * @throws {UserError} `bad-proxy` (2)
 */
export function proxyFor(server: URL, env: Environment): URL | undefined {
  const names = server.protocol === 'https:' ? ['https_proxy', 'all_proxy'] : ['http_proxy', 'all_proxy']
  const name = names.flatMap((one) => [one, one.toUpperCase()]).find((one) => env[one])
  const value = name && env[name]
  if (!value || isLoopback(server.hostname) || isExcepted(server)) return undefined
  // Without a scheme it is http, as for curl; proxy-from-env would take that of the server.
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`
  const proxy = URL.canParse(text) ? new URL(text) : undefined
  if (!proxy?.hostname || (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')) {
    throw usageError('bad-proxy', `${name} is not the URL of an http(s) proxy.`, 'Correct it, or unset it.')
  }
  return proxy
}

/**
 * Is the server in `NO_PROXY`? A name there covers the names below it, as for curl, Go and kubectl; proxy-from-env
 * alone matches it exactly, so the parent domains are asked for, too.
 */
function isExcepted(server: URL): boolean {
  const labels = isIP(bareHost(server)) ? [] : server.hostname.split('.')
  const parents = labels.slice(1).map((_, index) => labels.slice(index + 1).join('.'))
  return [server.hostname, ...parents].some((hostname) => {
    const url = new URL(server.origin)
    url.hostname = hostname
    return getProxyForUrl(url) === ''
  })
}

/** The options of a plain HTTP request that a proxy forwards. */
export const forwardedBy = (proxy: URL, target: URL) => ({
  hostname: bareHost(proxy),
  port: portOf(proxy),
  path: target.href,
  headers: { host: target.host, ...credentialsOf(proxy) },
})

/** An agent that connects through a proxy's CONNECT, with TLS to the server inside the tunnel. */
export function tunnelAgent(
  options: https.AgentOptions,
  { proxy, timeout }: { proxy: URL; timeout: number },
): https.Agent {
  const agent = new https.Agent(options)
  const { ca, rejectUnauthorized = true } = options
  // A proxy with TLS gets credentials, too, so its certificate is checked in the same way.
  const trust = { ...(ca === undefined ? {} : { ca }), rejectUnauthorized }
  const createConnection = (
    target: ConnectionOptions & { host?: string; port?: number | string },
    done: (error: Error | null, socket?: Socket) => void,
  ) => {
    tunnel(proxy, `${bracketed(target.host ?? '')}:${target.port}`, timeout, trust).then(
      (socket) => {
        // The request has no time limit for this handshake, so it is set here.
        const secure = tls.connect({ ...options, ...target, socket })
        secure.setTimeout(timeout, () => secure.destroy(new TransportError('connect-timeout', proxy)))
        secure.once('error', done)
        secure.once('secureConnect', () => {
          secure.setTimeout(0)
          secure.removeListener('error', done)
          done(null, secure)
        })
      },
      (error: Error) => done(error),
    )
  }
  return Object.assign(agent, { createConnection })
}

function tunnel(
  proxy: URL,
  authority: string,
  timeout: number,
  trust: Pick<https.RequestOptions, 'ca' | 'rejectUnauthorized'>,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? https : http).request({
      method: 'CONNECT',
      hostname: bareHost(proxy),
      port: portOf(proxy),
      path: authority,
      headers: { host: authority, ...credentialsOf(proxy) },
      agent: false,
      timeout,
      ...(proxy.protocol === 'https:' ? { ...trust, servername: serverName(proxy) } : {}),
    } satisfies https.RequestOptions)
    request.on('timeout', () => request.destroy(new TransportError('connect-timeout', proxy)))
    request.on('error', (error) =>
      reject(error instanceof TransportError ? error : transportErrorOf(error, new URL(proxy.origin))),
    )
    request.on('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(new TransportError('proxy', new URL(proxy.origin), `HTTP ${statusCode}`))
    })
    request.on('response', ({ statusCode }) => {
      request.destroy()
      reject(new TransportError('proxy', new URL(proxy.origin), `HTTP ${statusCode}`))
    })
    request.end()
  })
}

/** The proxy's own name; Node would take the name in the Host header, which is the server's. */
const serverName = (url: URL) => (isIP(bareHost(url)) ? '' : bareHost(url))
const bareHost = (url: URL) => url.hostname.replace(/^\[|\]$/g, '')
const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host)
const portOf = (url: URL) => url.port || (url.protocol === 'https:' ? '443' : '80')

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}
