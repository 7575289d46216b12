import { usageError } from '../errors.ts'
import type { Files } from '../runtime/file-access.ts'
import { bearerToken } from '../util/bearer-token.ts'
import { once } from '../util/once.ts'
import type { Globals } from './global-options.ts'
import type { FileSecret, Secret } from './settings.ts'

/** Largest file of a secret, in bytes. */
const LARGEST = 64 * 1024

type SecretKind = 'secret' | 'token'

/** A secret from a variable. Revealing it throws `empty-secret` or `bad-token` (2). */
export const givenSecret = (source: string, value: string, kind: SecretKind = 'secret'): Secret => ({
  source,
  reveal: async () => requireSecret(source, kind === 'token' ? tokenIn(source, value) : value),
})

/**
 * A secret in a file (`-` is stdin), read once when it is first revealed. One line break at the end is dropped. A
 * `token` may be written as in a header (`Bearer …`), with white space around it.
 */
export function fileSecret(
  source: string,
  path: string,
  read: Files['read'],
  kind: SecretKind = 'secret',
): FileSecret {
  const reveal = once(async () => {
    const content = await read(path, { maxBytes: LARGEST })
    if (kind === 'secret') return requireSecret(source, content.replace(/\r?\n$/, ''))
    return requireSecret(source, tokenIn(source, content))
  })
  return { source, path, reveal }
}

function tokenIn(source: string, text: string): string {
  const token = bearerToken(text)
  if (token !== undefined) return token
  throw usageError(
    'bad-token',
    `${source} does not hold a token: it contains white space or characters that no token has.`,
    'Give the access token alone, with or without "Bearer" before it.',
  )
}

function requireSecret(source: string, value: string): string {
  if (value === '')
    throw usageError('empty-secret', `The secret from ${source} is empty.`, 'Give a secret, or omit it.')
  return value
}

/** The global options that read stdin. A command that reads stdin itself adds its own. */
export function stdinReaders(options: Globals): string[] {
  const readers: string[] = options.passwordStdin ? ['--password-stdin'] : []
  for (const [name, path] of [
    ['--password-file', options.passwordFile],
    ['--client-secret-file', options.clientSecretFile],
    ['--token-file', options.tokenFile],
    ['--client-key', options.clientKey],
    ['--client-cert', options.clientCert],
    ['--ca-file', options.caFile],
  ] as const) {
    if (path === '-') readers.push(`${name} -`)
  }
  return readers
}

/** Stdin can be read only once. @throws {UserError} `two-stdin-readers` (2) */
export function requireOneStdinReader(options: Globals): void {
  const readers = stdinReaders(options)
  if (readers.length > 1) {
    throw usageError(
      'two-stdin-readers',
      `${readers.join(' and ')} both read stdin.`,
      'Put one of them into a file.',
    )
  }
}
