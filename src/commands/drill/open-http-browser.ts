import type { HttpOptions } from '../../keycloak/http/http-options.ts'
import type { HttpRequest } from '../../keycloak/http/messages.ts'
import { createTransport, type Transport } from '../../keycloak/http/transport.ts'
import type { Browsers } from './browser.ts'
import { HttpBrowser } from './http-browser.ts'

/**
 * Browsers without scripts, over kc-logout's own transport: its certificates, proxy and timeout. An interruption aborts
 * GETs only: the answer to a form names the session that it began, which has to be ended.
 */
export function httpBrowsers(options: HttpOptions): Browsers {
  const transports = new Map<string, Transport>()
  const transportFor = ({ url, method }: HttpRequest): Transport => {
    const proxy = options.proxyFor(url)
    const signal = method === 'GET' ? options.signal : new AbortController().signal
    const key = `${method === 'GET'} ${proxy?.href ?? ''}`
    const transport =
      transports.get(key) ??
      createTransport({
        ...options,
        proxy,
        signal,
        // Queries hold codes of sign-ins.
        onRequest: (trace) => options.onRequest?.({ ...trace, path: trace.path.replace(/\?.*/s, '?…') }),
      })
    transports.set(key, transport)
    return transport
  }
  return {
    open: async (hosts) => new HttpBrowser((request) => transportFor(request).request(request), hosts),
    async close() {
      for (const transport of transports.values()) transport.close()
    },
  }
}
