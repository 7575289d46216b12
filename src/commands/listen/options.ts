import type { Context } from '../../cli/context.ts'
import { usageError } from '../../errors.ts'

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
  readonly client?: string
  readonly restore?: boolean
  readonly yes?: boolean
  readonly issuer?: string
  readonly jwks?: string
  readonly audience?: string
  readonly alg?: string
  readonly clockTolerance?: number
  readonly strict?: boolean
  readonly network?: boolean
  readonly decryptKey?: string
}

/** Throws a usage error where options contradict each other, or a URL is none. */
export function refuseContradictions({
  tlsCert,
  tlsKey,
  respond,
  forwardTo,
  restore,
  client,
  host,
  publicUrl,
}: ListenOptions) {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw usageError(
      'tls-incomplete',
      '--tls-cert and --tls-key belong together.',
      'Give both; without them it listens by http.',
    )
  }
  if (forwardTo !== undefined && respond !== undefined && respond !== 'auto') {
    throw usageError(
      'contradiction',
      '--respond forces an answer, and --forward-to takes that of the receiver.',
      'Use one.',
    )
  }
  // An unset variable, most likely: without a name Node would listen at every address.
  if (host?.trim() === '') {
    throw usageError('no-host', '--host is empty.', 'Give an address, or leave it out: it is 127.0.0.1 then.')
  }
  for (const [name, url] of [
    ['--forward-to', forwardTo],
    ['--public-url', publicUrl],
  ] as const) {
    if (url !== undefined && !(URL.canParse(url) && /^https?:\/\//i.test(url))) {
      throw usageError(
        'bad-url',
        `${name} ${JSON.stringify(url)} is no http(s) URL.`,
        `For example: ${name} https://app.example.com/logout`,
      )
    }
  }
  if (restore && client !== undefined) {
    throw usageError('contradiction', '--restore puts back, and --client takes over.', 'Use one.')
  }
  if (client !== undefined && publicUrl === undefined && (host === '0.0.0.0' || host === '::')) {
    throw usageError(
      'no-public-url',
      `Where Keycloak finds a listener at ${host} is not known.`,
      'Give --public-url.',
    )
  }
}

/** What `--tls-cert` and `--tls-key` hold; undefined where the listener speaks plain http. */
export async function certificate({ tlsCert, tlsKey }: ListenOptions, { files }: Context) {
  if (tlsCert === undefined || tlsKey === undefined) return undefined
  return {
    cert: await files.read(tlsCert, { maxBytes: 1024 * 1024 }),
    key: await files.read(tlsKey, { maxBytes: 1024 * 1024 }),
  }
}

/** Where Keycloak finds the listener: as given, else by its address here. Without a slash at its end. */
export function publicUrl(
  { publicUrl: given, host = '127.0.0.1' }: ListenOptions,
  port: number,
  secure: boolean,
): string {
  if (given !== undefined) return given.replace(/\/$/, '')
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `${secure ? 'https' : 'http'}://${name}:${port}`
}
