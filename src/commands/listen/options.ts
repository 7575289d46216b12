import { usageError } from '../../errors.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'

export const DEFAULT_PORT = 4711

export interface ListenOptions {
  readonly port?: number
  readonly host?: string
  readonly publicUrl?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly respond?: 'auto' | number
  readonly delay?: number
  readonly count?: number
  readonly forwardTo?: string
  readonly takeOver?: string
  readonly restore?: boolean
  readonly yes?: boolean
  readonly issuer?: string
  readonly jwks?: string
  readonly audience?: string
  /** Alias of `audience`. */
  readonly client?: string
  readonly alg?: string
  readonly clockTolerance?: number
  readonly strict?: boolean
  readonly network?: boolean
  readonly decryptKey?: string
}

/**
 * Refuses options that contradict each other, and invalid URLs.
 * @throws {UserError} exit 2
 */
export function refuseContradictions({
  tlsCert,
  tlsKey,
  respond,
  forwardTo,
  restore,
  takeOver,
  audience,
  client,
  host,
  publicUrl,
}: ListenOptions): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw usageError(
      'tls-incomplete',
      '--tls-cert and --tls-key belong together.',
      'Give both, or leave both out to serve http.',
    )
  if (forwardTo !== undefined && respond !== undefined && respond !== 'auto')
    throw usageError(
      'contradiction',
      '--respond and --forward-to exclude each other.',
      'Use --respond to force an answer, or --forward-to to return that of the receiver.',
    )
  // An unset shell variable, most likely: with an empty host Node would listen on every address.
  if (host?.trim() === '')
    throw usageError('no-host', '--host is empty.', 'Give an address, or leave it out to use 127.0.0.1.')
  for (const [name, url] of [
    ['--forward-to', forwardTo],
    ['--public-url', publicUrl],
  ] as const) {
    if (url !== undefined && !(URL.canParse(url) && /^https?:\/\//i.test(url)))
      throw usageError(
        'bad-url',
        `${name} ${JSON.stringify(maskCredentials(url))} is not an http(s) URL.`,
        `For example: ${name} https://app.example.com/logout`,
      )
  }
  if (restore && takeOver !== undefined)
    throw usageError('contradiction', '--restore and --take-over exclude each other.', 'Use one of them.')
  if (audience !== undefined && client !== undefined)
    throw usageError(
      'contradiction',
      '--client is an alias of --audience.',
      'Give one of them. To point a client here, use --take-over.',
    )
  if (takeOver !== undefined && publicUrl === undefined && (host === '0.0.0.0' || host === '::'))
    throw usageError(
      'no-public-url',
      `It is not known at which address Keycloak reaches a listener on ${host}.`,
      'Give it with --public-url.',
    )
}

/** The address at which Keycloak reaches the listener, without a trailing slash. */
export function publicUrl(
  { publicUrl: given, host = '127.0.0.1', tlsCert }: ListenOptions,
  port: number,
): string {
  if (given !== undefined) return given.replace(/\/$/, '')
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `${tlsCert === undefined ? 'http' : 'https'}://${name}:${port}`
}
