import type { Command } from 'commander'
import { pMapIterable } from 'p-map'
import { notNegative, oneOf } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { type TokenSource, tokenSource } from '../../jwks/key-source.ts'
import { type TokenReport, type TokenVerdict, worst } from '../../token/inspect.ts'
import { KNOWN_ALGS } from '../../token/key-match.ts'
import { pluralize } from '../../util/format.ts'
import { realmInquirer } from './ask-realm.ts'
import { noToken, type TokenInput, tokensIn } from './input.ts'
import { type InquiryOptions, inquiryOf, inspectWith, type KeylessInquiry } from './inquiry.ts'
import { tokenLineView, tokensEndView } from './line.view.ts'
import { tokensView } from './view.ts'

export interface InspectTokenOptions extends TokenInput, InquiryOptions {
  readonly issuer?: string
  readonly jwks?: string
  readonly network?: boolean
  readonly online?: boolean
}

const EXAMPLES = examples([
  ['kc-logout inspect-token < request.txt', 'find the token in a captured request'],
  [
    'kc-logout inspect-token -r customers --client shop --file token.txt',
    "verify with the realm's keys, for this client",
  ],
  ['kc-logout inspect-token --jwks keys.json < token.txt', 'verify with keys from a file'],
  ['kc-logout inspect-token --at 2026-11-21T05:19:17Z < token.txt', 'check it for the time it was received'],
])

/** Registers `inspect-token`. */
export function register(program: Command, start: Start): void {
  program
    .command('inspect-token')
    .description('Explain tokens: their content, whether they are genuine, and every rule that they break')
    .argument('[token]', 'the token, or text that contains it; - reads stdin')
    .option('--file <file>', 'Read it from a file')
    .option(
      '--kind <kind>',
      'Expected kind: auto, logout, id, access, refresh or admin-action',
      oneOf('auto', 'logout', 'id', 'access', 'refresh', 'admin-action'),
    )
    .option('--issuer <url>', 'Expected issuer; its keys are fetched')
    .option('--jwks <file|url>', 'Keys to verify with')
    .option('--client <id>', 'Expected client')
    .option('--alg <alg>', "The client's signature algorithm", oneOf(...KNOWN_ALGS))
    .option('--nonce <value>', 'The nonce that was sent')
    .option('--access-token <file>', 'The access token of the same response (at_hash)')
    .option('--id-token <file>', 'The ID token of the session that a logout token should end')
    .option('--at <time>', 'Check it for this time: ISO 8601, or seconds since 1970')
    .option('--clock-tolerance <seconds>', 'Tolerated clock difference (30)', notNegative)
    .option('--strict', 'Fail on broken SHOULD rules, too')
    .option('--verify', 'Fail on unverified signatures')
    .option('--no-network', 'Send no requests')
    .option('--online', 'Ask the realm, too: session, not-before, client, user, event')
    .option('--decrypt-key <file>', 'Private key for encrypted tokens (JWK or PEM)')
    .addHelpText('before', EXAMPLES)
    .action((token: string | undefined, flags: Omit<InspectTokenOptions, 'token'>) =>
      start((ctx) => runInspectToken(token === undefined ? flags : { ...flags, token }, ctx)),
    )
}

/** At most this many tokens are shown in full; more get one line each and are not kept in memory. */
const MOST_IN_FULL = 10
/** Signatures are verified in another thread; several at a time keep it busy. */
const AT_A_TIME = 16
const AT_A_TIME_ONLINE = 4

/** Explains tokens. Needs no roles, because keys are public; `--online` needs view roles. */
export async function runInspectToken(options: InspectTokenOptions, ctx: Context): Promise<ExitCode> {
  if (options.online && options.network === false) {
    throw usageError(
      'contradiction',
      '--online asks the realm, and --no-network forbids it.',
      'Use only one of them.',
    )
  }
  const inquiry = await inquiryOf(options, ctx)
  const source = await tokenSource(options, ctx)
  const tokens = tokensIn(options, ctx)
  const first = await take(tokens, MOST_IN_FULL + 1)
  if (first.length === 0) throw noToken(options)

  // Judge.
  const unasked = new Set<string>()
  const judge = inspectWith(await online(options, inquiry, unasked, ctx), source)
  if (first.length <= MOST_IN_FULL) {
    const reports = await Promise.all(first.map(judge))
    const verdict = worst(reports.map((each) => each.verdict))
    warnUnverified(reports, ctx)
    for (const reason of unasked) ctx.print.warn(reason)
    ctx.print.result({ tokens: reports, verdict }, tokensView)
    return exitCodeOf(verdict, source)
  }
  const counts: Record<TokenVerdict, number> = { pass: 0, fail: 0, unverified: 0 }
  const counted = pMapIterable(
    chain(first, tokens),
    async (each) => {
      const report = await judge(each)
      counts[report.verdict]++
      return report
    },
    { concurrency: options.online ? AT_A_TIME_ONLINE : AT_A_TIME },
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
      `${pluralize(counts.unverified, 'signature')} NOT verified: anybody can have written these tokens.`,
    )
  for (const reason of unasked) ctx.print.warn(reason)
  return exitCodeOf(verdict(), source)
}

/** At most this many different reasons are shown; a file may contain tokens of many realms. */
const MOST_REASONS = 5

/** Adds the realm to the inquiry with `--online`; collects in `unasked` why it was not asked. */
async function online(
  { online: asked }: InspectTokenOptions,
  base: KeylessInquiry,
  unasked: Set<string>,
  ctx: Context,
): Promise<KeylessInquiry> {
  if (!asked) return base
  const askRealm = realmInquirer(await ctx.keycloak())
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

/** Warns on stderr if a signature was not verified. */
function warnUnverified(reports: readonly TokenReport[], ctx: Context) {
  const reasons = new Set(
    reports
      .filter(
        ({ signature, verdict }) =>
          verdict === 'unverified' || (verdict === 'fail' && signature.status === 'not-checked'),
      )
      .map(({ signature }) => signature.reason),
  )
  for (const reason of reasons) {
    ctx.print.warn(`The signature was NOT verified; anybody can have written this. ${reason}`)
  }
}

/** An unverified token is a failure if keys were given or configured. */
function exitCodeOf(verdict: TokenVerdict, { keysExpected }: TokenSource): ExitCode {
  if (verdict === 'pass' || (verdict === 'unverified' && !keysExpected)) return EXIT.ok
  return EXIT.checkFailed
}
