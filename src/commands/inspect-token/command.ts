import type { Command } from 'commander'
import { notNegative, oneOf } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { type TokenSource, tokenSource } from '../../jwks/key-source.ts'
import { type TokenReport, type TokenVerdict, worst } from '../../token/inspect.ts'
import { KNOWN_ALGS } from '../../token/key-match.ts'
import { pluralize } from '../../util/format.ts'
import { mapInOrder } from '../../util/map-in-order.ts'
import { askerOf } from './ask-realm.ts'
import { noToken, type TokenInput, tokensIn } from './input.ts'
import { type InquiryOptions, inquiryOf, judgeWith, type KeylessInquiry } from './inquiry.ts'
import { tokenLineView, tokensEndView } from './line.view.ts'
import { tokensView } from './view.ts'

export interface InspectTokenOptions extends TokenInput, InquiryOptions {
  readonly issuer?: string
  readonly jwks?: string
  readonly network?: boolean
  readonly online?: boolean
}

const EXAMPLES = examples([
  ['kc-logout inspect-token < request.txt', 'the token is found in what it reads'],
  [
    'kc-logout inspect-token -r customers --client shop --file token.txt',
    "with the realm's keys, for this client",
  ],
  ['kc-logout inspect-token --jwks keys.json < token.txt', 'with keys from a file'],
  ['kc-logout inspect-token --at 2026-11-21T05:19:17Z < token.txt', 'as of when it was received'],
])

/** Adds `inspect-token` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('inspect-token')
    .description(
      'Explains tokens: what they are about, whether they are genuine, and every rule that they break.',
    )
    .argument('[token]', 'the token, or text that holds it; - reads stdin')
    .option('--file <file>', 'reads it from a file')
    .option(
      '--kind <kind>',
      'what it should be: auto, logout, id, access, refresh or admin-action',
      oneOf('auto', 'logout', 'id', 'access', 'refresh', 'admin-action'),
    )
    .option('--issuer <url>', 'the issuer expected; its keys are fetched')
    .option('--jwks <file|url>', 'the keys to verify with')
    .option('--client <id>', 'the client that it should be for')
    .option('--alg <alg>', 'the signature algorithm that the client expects', oneOf(...KNOWN_ALGS))
    .option('--nonce <value>', 'the nonce that was sent')
    .option('--access-token <file>', 'the access token that came with it (at_hash)')
    .option('--id-token <file>', 'the ID token of the session that a logout token should end')
    .option('--at <time>', 'judges it as of then: ISO 8601, or seconds since 1970')
    .option('--clock-tolerance <seconds>', 'by how much clocks may differ (30)', notNegative)
    .option('--strict', 'broken SHOULD rules fail too')
    .option('--verify', 'a signature that could not be checked fails')
    .option('--no-network', 'sends no request at all')
    .option('--online', 'also asks the realm: session, not-before, client, person, event')
    .option('--decrypt-key <file>', 'the private key for encrypted tokens (JWK or PEM)')
    .addHelpText('before', EXAMPLES)
    .action((token: string | undefined, flags: Omit<InspectTokenOptions, 'token'>) =>
      start((ctx) => runInspectToken(token === undefined ? flags : { ...flags, token }, ctx)),
    )
}

/** So many tokens are each laid out in full; more get a line each, and are not held. */
const LAID_OUT = 10
/** Verifying waits for another thread: some at a time keep it busy. */
const AT_A_TIME = 16
const AT_A_TIME_ONLINE = 4

/** Explains tokens. Roles: none, as keys are public; with `--online` those that show what is asked about. */
export async function runInspectToken(options: InspectTokenOptions, ctx: Context): Promise<ExitCode> {
  if (options.online && options.network === false) {
    throw usageError('contradiction', '--online asks the realm, and --no-network asks nobody.', 'Use one.')
  }
  // Gather: what to judge them by, then the first of them.
  const inquiry = await inquiryOf(options, ctx)
  const source = await tokenSource(options, ctx)
  const tokens = tokensIn(options, ctx)
  const first = await take(tokens, LAID_OUT + 1)
  if (first.length === 0) throw noToken(options)

  // Judge.
  const unasked = new Set<string>()
  const judge = judgeWith(await online(options, inquiry, unasked, ctx), source)
  if (first.length <= LAID_OUT) {
    const reports = await Promise.all(first.map(judge))
    const verdict = worst(reports.map((each) => each.verdict))
    sayLoudly(reports, ctx)
    for (const reason of unasked) ctx.print.warn(reason)
    ctx.print.result({ tokens: reports, verdict }, tokensView)
    return exitCodeOf(verdict, source)
  }
  const counts: Record<TokenVerdict, number> = { pass: 0, fail: 0, unverified: 0 }
  const counted = mapInOrder(
    chain(first, tokens),
    options.online ? AT_A_TIME_ONLINE : AT_A_TIME,
    async (each) => {
      const report = await judge(each)
      counts[report.verdict]++
      return report
    },
  )
  const verdict = (): TokenVerdict =>
    counts.fail > 0 ? 'fail' : counts.unverified > 0 ? 'unverified' : 'pass'
  await ctx.print.list(
    'tokens',
    counted,
    tokenLineView,
    () => ({ counts, verdict: verdict() }),
    tokensEndView,
  )
  if (counts.unverified > 0)
    ctx.print.warn(
      `${pluralize(counts.unverified, 'signature')} NOT verified: anybody could have written these tokens.`,
    )
  for (const reason of unasked) ctx.print.warn(reason)
  return exitCodeOf(verdict(), source)
}

/** As many reasons why the realm was not asked are said; a file may hold tokens of any number of realms. */
const MOST_REASONS = 5

/** With `--online` the inquiry asks the realm, too; why it did not is added to `unasked`. */
async function online(
  { online: asked }: InspectTokenOptions,
  base: KeylessInquiry,
  unasked: Set<string>,
  ctx: Context,
): Promise<KeylessInquiry> {
  if (!asked) return base
  const askRealm = askerOf(await ctx.keycloak())
  return {
    ...base,
    async ask(about, payload) {
      const facts = await askRealm(about, payload)
      if ('notAsked' in facts && unasked.size < MOST_REASONS) unasked.add(facts.notAsked)
      return facts
    },
  }
}

async function take<T>(items: AsyncGenerator<T>, most: number): Promise<T[]> {
  const taken: T[] = []
  while (taken.length < most) {
    const { done, value } = await items.next()
    if (done) break
    taken.push(value)
  }
  return taken
}

async function* chain<T>(first: readonly T[], rest: AsyncGenerator<T>): AsyncGenerator<T> {
  yield* first
  yield* rest
}

/** Who decodes a token may take it for verified: so it is said where it cannot be overlooked. */
function sayLoudly(reports: readonly TokenReport[], ctx: Context) {
  const reasons = new Set(
    reports
      .filter(
        ({ signature, verdict }) =>
          verdict === 'unverified' || (verdict === 'fail' && signature.status === 'not-checked'),
      )
      .map(({ signature }) => signature.reason),
  )
  for (const reason of reasons) {
    ctx.print.warn(`The signature was NOT verified; anybody could have written this. ${reason}`)
  }
}

/** Decoded is not verified: where keys were to be had, a token that they did not confirm is no success. */
function exitCodeOf(verdict: TokenVerdict, { asked }: TokenSource): ExitCode {
  if (verdict === 'pass' || (verdict === 'unverified' && !asked)) return EXIT.ok
  return EXIT.checkFailed
}
