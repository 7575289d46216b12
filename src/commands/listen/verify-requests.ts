import type { Context } from '../../cli/context.ts'
import { UserError } from '../../errors.ts'
import { type KeyOptions, type TokenSource, tokenSource } from '../../jwks/key-source.ts'
import { type Inquiry, inspectToken, type TokenReport } from '../../token/inspect.ts'
import type { Expectations } from '../../token/rules/rule.ts'
import { type IncomingRequest, type Reading, readDelivery, SeenTokens } from './logout-request.ts'

export interface Judged {
  readonly reading: Reading
  readonly report: TokenReport | undefined
}

export type Judge = (request: IncomingRequest) => Promise<Judged>

/** A realm rotates its keys rarely; a stranger sends unknown key ids as often as he likes. */
const REFRESH_MS = 30_000

/**
 * Judges deliveries one after another, so that of two copies of a token the second is seen to be one. Keys are fetched
 * again when a token names one that is not among them, but not more often than twice a minute.
 */
export function verifyRequests(
  options: KeyOptions,
  first: TokenSource,
  { expect, ...base }: Omit<Inquiry, 'keys' | 'kind' | 'expect'> & { expect: Omit<Expectations, 'now'> },
  ctx: Context,
): Judge {
  const seen = new SeenTokens()
  let source = first
  let fetched = ctx.now()
  let last: Promise<unknown> = Promise.resolve()

  const inspect = (token: string, reading: Reading) =>
    inspectToken(
      { form: 'token', text: token },
      {
        ...base,
        kind: reading.kind,
        keys: source.keys,
        expect: {
          ...expect,
          now: ctx.now() / 1000,
          ...(source.issuer === undefined ? {} : { issuer: source.issuer }),
          ...(source.clockOffset === undefined ? {} : { clockOffset: source.clockOffset }),
          seenBefore: (issuer, jti) => seen.before(issuer, jti),
        },
      },
    )

  /** Undefined where they cannot be had now: what was known before is as good as it was. */
  async function fetchedAgain(): Promise<TokenSource | undefined> {
    const again = await tokenSource(options, ctx).catch((error: unknown) => {
      if (error instanceof UserError) return { keys: { missing: error.message } }
      throw error
    })
    if (!('missing' in again.keys)) return again as TokenSource
    const what =
      'missing' in source.keys
        ? 'There are still no keys.'
        : 'A token names an unknown key, and the keys cannot be read again; those known stay.'
    ctx.print.warn(`${what} ${again.keys.missing}`)
    return undefined
  }

  async function judge(request: IncomingRequest): Promise<Judged> {
    const reading = readDelivery(request)
    if (reading.token === undefined || request.tooLarge) return { reading, report: undefined }
    let report = await inspect(reading.token, reading)
    const missing =
      'missing' in source.keys ? source.keysExpected : report.signature.reason.startsWith('No key has its id')
    if (missing && ctx.now() - fetched >= REFRESH_MS) {
      fetched = ctx.now()
      source = (await fetchedAgain()) ?? source
      report = await inspect(reading.token, reading)
    }
    const { iss, jti } = report.payload ?? {}
    if (report.verdict !== 'fail' && typeof jti === 'string') seen.add(String(iss), jti, ctx.now() / 1000)
    return { reading, report }
  }

  return (request) => {
    const judged = last.then(() => judge(request))
    last = judged.catch(() => {})
    return judged
  }
}
