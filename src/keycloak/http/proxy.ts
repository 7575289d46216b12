import http from 'node:http'
import https from 'node:https'
import { isIP, type Socket } from 'node:net'
import tls, { type ConnectionOptions } from 'node:tls'
import { usageError } from '../../errors.ts'
import { isLoopback } from '../../util/loopback.ts'
import { faultOf, TransportFault } from './transport-error.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that the environment names for a server (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, in either case), unless
 * `NO_PROXY` lists the server or it is this machine itself. Node 20 does not do this by itself.
 */
export function proxyFor(server: URL, env: Environment): URL | undefined {
  const names = server.protocol === 'https:' ? ['https_proxy', 'all_proxy'] : ['http_proxy', 'all_proxy']
  const name = names.flatMap((one) => [one, one.toUpperCase()]).find((one) => env[one])
  const value = name && env[name]
  if (!value || isDirect(server, env.no_proxy ?? env.NO_PROXY ?? '')) return undefined
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`
  const proxy = URL.canParse(text) ? new URL(text) : undefined
  if (!proxy?.hostname || (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')) {
    throw usageError('bad-proxy', `${name} names no http(s) proxy.`, 'Correct it, or unset it.')
  }
  return proxy
}

/** `*`, a name, `.name` for what is below it, each with or without a port. Loopback never goes through a proxy. */
function isDirect(server: URL, exceptions: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '')
  if (isLoopback(server.hostname)) return true
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((one) => one !== '')
    .some((one) => {
      if (one === '*') return true
      const [, name = one, onlyPort] = /^(.*?)(?::(\d+))?$/.exec(one) ?? []
      const bare = name.replace(/^\*?\./, '')
      return (onlyPort === undefined || onlyPort === port) && (host === bare || host.endsWith(`.${bare}`))
    })
}

/** What a request over plain HTTP needs so that a proxy forwards it. */
export const forwardedBy = (proxy: URL, target: URL) => ({
  hostname: bareHost(proxy),
  port: portOf(proxy),
  path: target.href,
  headers: { host: target.host, ...credentialsOf(proxy) },
})

/** An agent whose connections go through a proxy's CONNECT, with TLS to the server itself inside. */
export function tunnelAgent(
  options: https.AgentOptions,
  { proxy, timeout }: { proxy: URL; timeout: number },
): https.Agent {
  const agent = new https.Agent(options)
  const { ca, rejectUnauthorized = true } = options
  // A proxy that speaks TLS gets credentials, too: it is held to the same certificates, whatever the environment says.
  const trust = { ...(ca === undefined ? {} : { ca }), rejectUnauthorized }
  const createConnection = (
    target: ConnectionOptions & { host?: string; port?: number | string },
    done: (error: Error | null, socket?: Socket) => void,
  ) => {
    tunnel(proxy, `${bracketed(target.host ?? '')}:${target.port}`, timeout, trust).then(
      (socket) => {
        // Without a stage of its own in the request: the handshake has to come to its end here.
        const secure = tls.connect({ ...options, ...target, socket })
        secure.setTimeout(timeout, () => secure.destroy(new TransportFault('connect-timeout', proxy)))
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
    request.on('timeout', () => request.destroy(new TransportFault('connect-timeout', proxy)))
    request.on('error', (error) =>
      reject(error instanceof TransportFault ? error : faultOf(error, new URL(proxy.origin))),
    )
    request.on('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket)
      socket.destroy()
      reject(new TransportFault('proxy', new URL(proxy.origin), `HTTP ${statusCode}`))
    })
    request.on('response', ({ statusCode }) => {
      request.destroy()
      reject(new TransportFault('proxy', new URL(proxy.origin), `HTTP ${statusCode}`))
    })
    request.end()
  })
}

/** Its own name: Node would take that of the Host field, which is the one behind it. */
const serverName = (url: URL) => (isIP(bareHost(url)) ? '' : bareHost(url))
const bareHost = (url: URL) => url.hostname.replace(/^\[|\]$/g, '')
const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host)
const portOf = (url: URL) => url.port || (url.protocol === 'https:' ? '443' : '80')

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}
