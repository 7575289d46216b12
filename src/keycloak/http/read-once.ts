import type { HttpAnswer } from './messages.ts'
import type { Transport } from './transport.ts'

/**
 * A transport that sends each GET once: the same URL gets the first answer again, as long as the transport is kept. A
 * failure (429, 5xx, no answer) or a rejected token (401) is not kept, nor is a GET that must not be repeated.
 */
export function readOnce(transport: Transport): Transport {
  const kept = new Map<string, Promise<HttpAnswer>>()
  return {
    ...transport,
    request(request) {
      // The admin client writes a slash at the end of some paths.
      const { origin, pathname, search } = request.url
      const href = `${origin}${pathname.replace(/\/$/, '')}${search}`
      if (request.method !== 'GET' || request.repeatable === false) return transport.request(request)
      const known = kept.get(href)
      if (known) return known
      const answer = transport.request(request)
      kept.set(href, answer)
      answer.then(
        ({ status }) => isPassing(status) && kept.delete(href),
        () => kept.delete(href),
      )
      return answer
    },
  }
}

const isPassing = (status: number) => status === 401 || status === 429 || status >= 500
