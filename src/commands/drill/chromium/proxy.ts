import { usageError } from '../../../errors.ts'

/** What playwright-core takes as a proxy. */
export interface ChromiumProxy {
  readonly server: string
  readonly bypass: string
  readonly username?: string
  readonly password?: string
}

type ProxyFor = (url: URL) => URL | undefined

/** A name that no `NO_PROXY` contains: the proxies for it are those of all hosts without an exception. */
const ANY_HOST = ['http://any-host.invalid', 'https://any-host.invalid'].map((url) => new URL(url))

/**
 * The proxy of a tab, so that its hosts are reached as kc-logout reaches them: through the proxy or, by `NO_PROXY`,
 * directly.
 * @param urls of Keycloak and of the application
 * @throws {UserError} `two-proxies` (2) if they need different ones, which Chromium does not do
 */
export function chromiumProxy(urls: readonly URL[], proxyFor: ProxyFor): ChromiumProxy | undefined {
  const found = [...urls, ...ANY_HOST].map(proxyFor).filter((proxy) => proxy !== undefined)
  const [proxy] = found
  if (!proxy) return undefined
  if (found.some(({ href }) => href !== proxy.href))
    throw usageError(
      'two-proxies',
      'HTTP_PROXY and HTTPS_PROXY differ, and with --browser one proxy serves both.',
      'Set both to the same proxy, or name hosts in NO_PROXY.',
    )
  const { protocol, host, username, password } = proxy
  return {
    server: `${protocol}//${host}`,
    bypass: [...new Set(urls.filter((url) => !proxyFor(url)).map(hostAndPort))].join(','),
    ...(username === ''
      ? {}
      : { username: decodeURIComponent(username), password: decodeURIComponent(password) }),
  }
}

const hostAndPort = ({ hostname, port, protocol }: URL) =>
  `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
