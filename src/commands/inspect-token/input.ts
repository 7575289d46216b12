import type { Context } from '../../cli/context.ts'
import { usageError } from '../../errors.ts'
import type { FoundToken } from '../../token/found.ts'
import { formatNumber } from '../../util/format.ts'
import { findInLines, NoTokenInLines } from './split-lines.ts'

/** Where to read tokens from. */
export interface TokenInput {
  /** The argument: a token, text that contains tokens, or `-` for stdin. */
  readonly token?: string | undefined
  readonly file?: string | undefined
}

/**
 * Yields the tokens in the input; a file and stdin are read as needed. With `opaque` a single word is an opaque token.
 *
 * @throws {UserError} `no-token` or `two-inputs` (exit 2)
 */
export async function* tokensIn(
  { token, file }: TokenInput,
  ctx: Context,
  kinds: { readonly opaque: boolean },
): AsyncGenerator<FoundToken> {
  if (token !== undefined && file !== undefined) {
    throw usageError('two-inputs', 'Both a token and --file are given.', 'Give only one of them.')
  }
  const path = file ?? (token === '-' || token === undefined ? '-' : undefined)
  if (path === '-' && token === undefined && file === undefined && !ctx.files.stdinIsPiped) {
    throw usageError('no-token', 'No token is given.', 'Give it as an argument, with --file, or on stdin.')
  }
  try {
    yield* findInLines(path === undefined ? [token ?? ''] : ctx.files.lines(path), kinds)
  } catch (error) {
    if (!(error instanceof NoTokenInLines)) throw error
    const { lines, characters } = error
    throw usageError(
      'no-token',
      `None of the ${formatNumber(lines)} lines (${(characters / 1e6).toFixed(1)} MB) contains a token or claims.`,
      'A token that is wrapped over several lines is found only in input up to a megabyte.',
    )
  }
}

/** The error for input without a token. */
export const noToken = ({ token }: TokenInput) =>
  usageError(
    'no-token',
    'The input contains no token and no claims.',
    token !== undefined && token.length < 200 && /[./\\]/.test(token)
      ? 'To read a file: --file, or < file.'
      : 'A token begins with eyJ and has three parts with dots between them.',
  )
