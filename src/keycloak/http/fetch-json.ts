import { EXIT, UserError, usageError } from '../../errors.ts'
import { isLoopback } from '../../util/loopback.ts'
import type { HttpOptions } from './http-options.ts'
import { kindOf } from './json.ts'
import { networkFailure } from './network-failures.ts'
import { withRetries } from './retry.ts'
import { createTransport } from './transport.ts'

/** Bytes; keys and discovery documents are a few kilobytes. */
const LARGEST = 1024 * 1024

/**
 * GETs a public JSON document, without credentials, cookies or redirects. `date` is the server's clock in milliseconds,
 * in whole seconds, if the answer has it.
 * @throws {UserError} `bad-url`, `http-refused` (2), `not-found` (5), `bad-answer` and network failures (6)
 */
export async function fetchJson(
  address: string,
  { allowHttp, http }: { readonly allowHttp: boolean; readonly http: () => Promise<HttpOptions> },
): Promise<{ body: unknown; date: number | undefined }> {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw usageError(
      'bad-url',
      `${JSON.stringify(address)} is not an http(s) URL without credentials.`,
      'For example: https://keycloak.example.com/realms/customers',
    )
  }
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    throw usageError(
      'http-refused',
      `${url.origin} would be read over http, where the answer can be forged on the way.`,
      'Use https, or --allow-http if the network in between is trusted.',
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
      throw new UserError('not-found', `${url.href} does not exist (HTTP 404).`, {
        exitCode: EXIT.notFound,
        hint: 'Check the address, its realm, and whether it needs /auth.',
      })
    }
    if (status !== 200) {
      throw new UserError('bad-answer', `${url.href} answers HTTP ${status}.`, {
        exitCode: EXIT.unreachable,
        hint: 'Something in between may have answered instead; --debug shows each request.',
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
    throw new UserError('bad-answer', `The answer of ${url.href} is not JSON (${kindOf(body)}).`, {
      exitCode: EXIT.unreachable,
      hint: 'Check the address: it must be a key set or a discovery document.',
    })
  }
}
