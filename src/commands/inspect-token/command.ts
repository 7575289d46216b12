import type { Command } from '@commander-js/extra-typings'
import { pMapIterable } from 'p-map'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { type TokenSource, tokenSource } from '../../jwks/key-source.ts'
import { pairProofs } from '../../token/dpop-pairs.ts'
import type { FoundToken } from '../../token/found.ts'
import { type TokenReport, type TokenVerdict, worst } from '../../token/inspect.ts'
import { pluralize } from '../../util/format.ts'
import { realmInquirer } from './ask-realm.ts'
import { runCompare } from './compare.ts'
import { noToken, tokensIn } from './input.ts'
import { inquiryOf, inspectWith, type KeylessInquiry } from './inquiry.ts'
import { tokenLineView, tokensEndView } from './line.view.ts'
import { declareOptions, type InspectTokenOptions } from './options.ts'
import { tokensView } from './view.ts'

/** Registers `inspect-token`. */
export function register(program: Command, start: Start): void {
  declareOptions(
    program
      .command('inspect-token')
      .description('Explain tokens: their content, whether they are genuine, and every rule that they break'),
  ).action((token, other, flags) => start((ctx) => runInspectToken({ ...flags, token, other }, ctx)))
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
  if (options.other !== undefined && !options.compare)
    throw usageError('two-tokens', 'Two tokens are given.', 'Give one, or compare them with --compare.')
  const inquiry = await inquiryOf(options, ctx)
  const source = await tokenSource(options, ctx)
  if (options.compare) {
    const inspect = inspectWith(await online(options, inquiry, new Set(), ctx), source)
    return runCompare(options, inspect, ctx)
  }
  const tokens = tokensIn(options, ctx, { opaque: options.online === true })
  const first = await take(tokens, MOST_IN_FULL + 1)
  if (first.length === 0) throw noToken(options)
  const unasked = new Set<string>()
  const run: InspectRun = {
    inspect: inspectWith(await online(options, inquiry, unasked, ctx), source),
    source,
    unasked,
    ctx,
  }
  return first.length <= MOST_IN_FULL
    ? inspectFew([...first, ...proofsOf(inquiry)], run)
    : inspectMany(chain(first, tokens), options.online ? AT_A_TIME_ONLINE : AT_A_TIME, run)
}

interface InspectRun {
  readonly inspect: ReturnType<typeof inspectWith>
  readonly source: TokenSource
  /** Why the realm was not asked about some tokens. */
  readonly unasked: ReadonlySet<string>
  readonly ctx: Context
}

const proofsOf = ({ proofs = [] }: KeylessInquiry): FoundToken[] =>
  proofs.map((text) => ({ form: 'token', text, label: 'DPoP' }))

/** Explains each token in full. */
async function inspectFew(found: readonly FoundToken[], { inspect, source, unasked, ctx }: InspectRun) {
  const related = await pairProofs(found)
  const reports = await Promise.all(found.map((each) => inspect(each, related.get(each))))
  const verdict = worst(reports.map((each) => each.verdict))
  warnUnverified(reports, ctx)
  for (const reason of unasked) ctx.print.warn(reason)
  ctx.print.result({ tokens: reports, verdict }, tokensView)
  return exitCodeOf(verdict, source)
}

/** Prints one line per token as they arrive, and totals. */
async function inspectMany(
  found: AsyncGenerator<FoundToken>,
  concurrency: number,
  { inspect, source, unasked, ctx }: InspectRun,
): Promise<ExitCode> {
  const counts: Record<TokenVerdict, number> = { pass: 0, fail: 0, unverified: 0 }
  const counted = pMapIterable(
    found,
    async (each) => {
      const report = await inspect(each)
      counts[report.verdict]++
      return report
    },
    { concurrency },
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
      `${pluralize(counts.unverified, 'signature')} NOT verified: anyone could have written these tokens.`,
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
    async ask(about, payload, token) {
      const facts = await askRealm(about, payload, token)
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
    ctx.print.warn(`The signature was NOT verified; anyone could have written this. ${reason}`)
  }
}

/** An unverified token is a failure if keys were given or configured. */
function exitCodeOf(verdict: TokenVerdict, { keysExpected }: TokenSource): ExitCode {
  if (verdict === 'pass' || (verdict === 'unverified' && !keysExpected)) return EXIT.ok
  return EXIT.checkFailed
}
