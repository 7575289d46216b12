import { EXIT, UserError, usageError } from '../../errors.ts'
import { isLoopback } from '../../util/loopback.ts'
import type { HttpOptions } from './http-options.ts'
import { kindOf } from './json.ts'
import { networkFailure } from './network-failures.ts'
import { withRetries } from './retry.ts'
import { createTransport } from './transport.ts'

/** Keys and discovery documents are a few kilobytes. */
const LARGEST = 1024 * 1024

/**
 * GETs a public JSON document, without credentials, cookies or redirects. `date` is the server's clock in milliseconds,
 * when it says (whole seconds only). Throws `not-found` (exit 5) for 404, exit 6 when the server cannot be reached.
 */
export async function fetchJson(
  address: string,
  { allowHttp, http }: { readonly allowHttp: boolean; readonly http: () => Promise<HttpOptions> },
): Promise<{ body: unknown; date: number | undefined }> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw usageError(
      'bad-url',
      `${JSON.stringify(address)} is no http(s) URL without credentials.`,
      'For example: https://keycloak.example.com/realms/customers',
    )
  }
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    throw usageError(
      'http-refused',
      `${url.origin} would be asked over http, where anybody in between can answer.`,
      'Use https, or --allow-http where the network between is trusted.',
    )
  }
  url.hash = ''
  const options = await http()
  const transport = createTransport({ ...options, proxy: options.proxyFor(url) })
  try {
    const { status, headers, body } = await withRetries(
      () => transport.request({ method: 'GET', url, maxBytes: LARGEST }),
      transport.sleep,
    ).catch((error: unknown) => {
      throw networkFailure(error)
    })
    if (status === 404) {
      throw new UserError('not-found', `There is nothing at ${url.href} (HTTP 404).`, {
        exitCode: EXIT.notFound,
        hint: 'Check the address, its realm, and whether the server wants /auth in it.',
      })
    }
    if (status !== 200) {
      throw new UserError('bad-answer', `${url.href} answers HTTP ${status}.`, {
        exitCode: EXIT.unreachable,
        hint: 'Something in between may have answered in its place; --debug shows each request.',
      })
    }
    const date = Date.parse(headers.date ?? '')
    return { body: parse(body, url), date: Number.isNaN(date) ? undefined : date }
  } finally {
    transport.close()
  }
}

function parse(body: string, url: URL): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new UserError('bad-answer', `${url.href} answers with no JSON (${kindOf(body)}).`, {
      exitCode: EXIT.unreachable,
      hint: 'Check the address: it has to be that of a key set or of a discovery document.',
    })
  }
}
