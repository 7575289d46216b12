import type { Context } from '../../cli/context.ts'
import { usageError } from '../../errors.ts'
import type { FoundToken } from '../../token/found.ts'
import { findInLines, TooLarge } from './split-lines.ts'

/** Where the tokens are. */
export interface TokenInput {
  /** The argument: a token, text that holds some, or `-` for stdin. */
  readonly token?: string
  readonly file?: string
}

/**
 * The tokens in what is given, one after the other; a file and stdin are read as they are needed.
 *
 * Throws a usage error where nothing, two things, or more than a megabyte without a token is given.
 */
export async function* tokensIn({ token, file }: TokenInput, ctx: Context): AsyncGenerator<FoundToken> {
  if (token !== undefined && file !== undefined) {
    throw usageError('two-inputs', 'A token and --file are both given.', 'Give one of them.')
  }
  const path = file ?? (token === '-' || token === undefined ? '-' : undefined)
  if (path === '-' && token === undefined && file === undefined && !ctx.files.stdinIsPiped) {
    throw usageError('no-token', 'No token is given.', 'Give it as an argument, with --file, or on stdin.')
  }
  try {
    yield* findInLines(path === undefined ? [token ?? ''] : ctx.files.lines(path))
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error
    throw usageError(
      'too-large',
      'It is longer than a megabyte, and no line of it holds a token.',
      'Give the token alone, or one a line.',
    )
  }
}

/** What is said where no token was found. */
export const noToken = ({ token }: TokenInput) =>
  usageError(
    'no-token',
    'There is no token in it, and no claims.',
    token !== undefined && token.length < 200 && /[./\\]/.test(token)
      ? 'To read a file: --file, or < file.'
      : 'A token begins with eyJ and has three parts with dots between them.',
  )
