import type { Context } from '../../cli/context.ts'
import { UserError } from '../../errors.ts'
import { type KeyOptions, type TokenSource, tokenSource } from '../../jwks/key-source.ts'
import type { Inquiry } from '../../token/inquiry.ts'
import { inspectToken, type TokenReport } from '../../token/inspect.ts'
import type { Expectations } from '../../token/rules/rule.ts'
import { type IncomingRequest, type ParsedRequest, parseRequest } from './logout-request.ts'
import { SeenTokens } from './seen-tokens.ts'

export interface VerifiedRequest {
  readonly parsed: ParsedRequest
  /** Undefined if the request has no token. */
  readonly report: TokenReport | undefined
}

export type VerifyRequest = (request: IncomingRequest) => Promise<VerifiedRequest>

/** Realms rotate their keys rarely, but anyone can send unknown key ids at any rate. */
const REFRESH_MS = 30_000

/**
 * Verifies requests one after another, so that of two copies of a token the second is recognised.
 * The keys are fetched again if a token names an unknown one, at most twice a minute.
 */
export function verifyRequests(
  options: KeyOptions,
  first: TokenSource,
  { expect, ...base }: Omit<Inquiry, 'keys' | 'kind' | 'expect'> & { expect: Omit<Expectations, 'now'> },
  ctx: Context,
): VerifyRequest {
  const seen = new SeenTokens()
  let source = first
  let fetchedAt = ctx.now()
  let last: Promise<unknown> = Promise.resolve()

  const inspect = (token: string, { kind }: ParsedRequest) =>
    inspectToken(
      { form: 'token', text: token },
      {
        ...base,
        kind,
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

  async function verify(request: IncomingRequest): Promise<VerifiedRequest> {
    const parsed = parseRequest(request)
    if (parsed.token === undefined || request.tooLarge) return { parsed, report: undefined }
    let report = await inspect(parsed.token, parsed)
    const isKeyMissing =
      'missing' in source.keys ? source.keysExpected : report.signature.reason.startsWith('No key has its id')
    if (isKeyMissing && ctx.now() - fetchedAt >= REFRESH_MS) {
      fetchedAt = ctx.now()
      source = (await fetchAgain(source, options, ctx)) ?? source
      report = await inspect(parsed.token, parsed)
    }
    const { iss, jti } = report.payload ?? {}
    if (report.verdict !== 'fail' && typeof jti === 'string') seen.add(String(iss), jti, ctx.now() / 1000)
    return { parsed, report }
  }

  return (request) => {
    const verified = last.then(() => verify(request))
    last = verified.catch(() => {})
    return verified
  }
}

/** Fetches the keys again; undefined, with a warning, if that fails: the known ones stay in use. */
async function fetchAgain(
  present: TokenSource,
  options: KeyOptions,
  ctx: Context,
): Promise<TokenSource | undefined> {
  const problem = (message: string) =>
    ctx.print.warn(
      'missing' in present.keys
        ? `There are still no keys. ${message}`
        : `A token names an unknown key, and the keys cannot be fetched again; the known ones stay in use. ${message}`,
    )
  try {
    const source = await tokenSource(options, ctx)
    if (!('missing' in source.keys)) return source
    problem(source.keys.missing)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    problem(error.message)
  }
  return undefined
}
