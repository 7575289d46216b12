import type { Context } from '../../cli/context.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { compareTokens } from '../../token/compare.ts'
import { findTokens } from '../../token/find.ts'
import type { FoundToken } from '../../token/found.ts'
import { worst } from '../../token/inspect.ts'
import { compareView } from './compare.view.ts'
import { type TokenInput, tokensIn } from './input.ts'
import type { inspectWith } from './inquiry.ts'

/** The input of `--compare`: two arguments, or one input with two tokens. */
interface CompareInput extends TokenInput {
  readonly other?: string | undefined
}

const MAX_BYTES = 1024 * 1024

/**
 * Compares two tokens. Exit 7 if a difference matters; whether the tokens are valid does not count.
 *
 * @throws {UserError} `no-token` or `not-two-tokens` (exit 2)
 */
export async function runCompare(
  input: CompareInput,
  inspect: ReturnType<typeof inspectWith>,
  ctx: Context,
): Promise<ExitCode> {
  const [first, second] = await gather(input, ctx)
  const [a, b] = await Promise.all([inspect(first), inspect(second)])
  const comparison = compareTokens(a, b)
  ctx.print.result({ tokens: [a, b], comparison, verdict: worst([a.verdict, b.verdict]) }, compareView)
  return comparison.matters ? EXIT.checkFailed : EXIT.ok
}

async function gather(
  { token, other, file }: CompareInput,
  ctx: Context,
): Promise<readonly [FoundToken, FoundToken]> {
  if (token !== undefined && other !== undefined)
    return [await tokenOrFile(token, ctx), await tokenOrFile(other, ctx)]
  const found: FoundToken[] = []
  for await (const each of tokensIn({ token, file }, ctx, { opaque: false })) if (found.push(each) > 2) break
  const [first, second, third] = found
  if (first && second && !third) return [first, second]
  throw usageError(
    'not-two-tokens',
    third ? 'The input contains more than two tokens.' : `The input contains ${found.length} of two tokens.`,
    'Give two tokens, or two files: kc-logout inspect-token A B --compare',
  )
}

/** A token, text that contains one, or a file with one. */
async function tokenOrFile(argument: string, ctx: Context): Promise<FoundToken> {
  const direct = findTokens(argument).found
  const isFile = direct.length === 0
  const found = isFile ? findTokens(await ctx.files.read(argument, { maxBytes: MAX_BYTES })).found : direct
  const [first, second] = found
  if (first && !second) return first
  const what = isFile ? argument : 'An argument'
  throw usageError(
    'no-token',
    second ? `${what} contains more than one token.` : `${what} contains no token.`,
    'Give one token, or a file with one token, for each side.',
  )
}
