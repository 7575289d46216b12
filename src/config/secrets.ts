import { usageError } from '../errors.ts'
import type { Files } from '../runtime/file-access.ts'
import { bearerToken } from '../util/bearer-token.ts'
import type { Globals } from './global-options.ts'
import type { FileSecret, Secret } from './settings.ts'

const LARGEST = 64 * 1024

type SecretKind = 'secret' | 'token'

/** A secret that stands in a variable. */
export const givenSecret = (source: string, value: string, kind: SecretKind = 'secret'): Secret => ({
  source,
  reveal: async () => checked(source, kind === 'token' ? tokenIn(source, value) : value),
})

/**
 * A secret in a file, `-` being stdin, read once when it is first asked for. One line break at its end does not belong
 * to it. A `token` may stand there as in a header (`Bearer …`), with white space around it.
 */
export function fileSecret(
  source: string,
  path: string,
  read: Files['read'],
  kind: SecretKind = 'secret',
): FileSecret {
  let text: Promise<string> | undefined
  const load = async () => {
    const content = await read(path, { maxBytes: LARGEST })
    if (kind === 'secret') return checked(source, content.replace(/\r?\n$/, ''))
    return checked(source, tokenIn(source, content))
  }
  return {
    source,
    path,
    reveal: () => {
      text ??= load()
      return text
    },
  }
}

function tokenIn(source: string, text: string): string {
  const token = bearerToken(text)
  if (token !== undefined) return token
  throw usageError(
    'bad-token',
    `What ${source} gives is no token: it holds white space or other signs.`,
    'It has to hold the access token alone, with or without "Bearer" before it.',
  )
}

function checked(source: string, value: string): string {
  if (value === '')
    throw usageError(
      'empty-secret',
      `${source} gives an empty secret.`,
      'Put the secret into it, or leave it out.',
    )
  return value
}

/** The connection's options that read stdin. A command that reads stdin itself adds its own before it asks. */
export function stdinReaders(flags: Globals): string[] {
  const readers: string[] = flags.passwordStdin ? ['--password-stdin'] : []
  for (const [name, path] of [
    ['--password-file', flags.passwordFile],
    ['--client-secret-file', flags.clientSecretFile],
    ['--token-file', flags.tokenFile],
    ['--client-key', flags.clientKey],
    ['--client-cert', flags.clientCert],
    ['--ca-file', flags.caFile],
  ] as const) {
    if (path === '-') readers.push(`${name} -`)
  }
  return readers
}

/** Stdin can be read once: throws when two options want it. */
export function onlyOneReader(flags: Globals): void {
  const readers = stdinReaders(flags)
  if (readers.length > 1) {
    throw usageError(
      'two-stdin-readers',
      `${readers.join(' and ')} both read stdin.`,
      'Put one of them into a file.',
    )
  }
}
