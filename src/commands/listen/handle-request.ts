import type { Context } from '../../cli/context.ts'
import { answerOf, answerTo, plainAnswer } from './answers.ts'
import { type Answer, type Forwarded, forwardUrl, type IncomingRequest } from './logout-request.ts'
import { checkExchange, tokenStateOf } from './rules/run.ts'
import type { Forward } from './server/forward.ts'
import type { FormerUrls } from './takeover-steps.ts'
import type { VerifiedRequest, VerifyRequest } from './verify-requests.ts'
import type { ReceivedRequest } from './view.ts'

export interface AnswerOptions {
  /** The status of every answer; `auto` by default. */
  readonly respond?: 'auto' | number
  /** Seconds to wait before answering. */
  readonly delay?: number
  /** The URL of the receiver whose answer is returned. */
  readonly forwardTo?: string
  readonly strict?: boolean
}

/** Verifies one request, forwards it if there is a receiver, and returns the answer and what to print. */
export async function handleRequest(
  request: IncomingRequest,
  verify: VerifyRequest,
  former: FormerUrls | undefined,
  { respond = 'auto', delay = 0, forwardTo, strict = false }: AnswerOptions,
  ctx: Pick<Context, 'now' | 'sleep'> & { readonly forward: Forward },
): Promise<{ answer: Answer; received: ReceivedRequest }> {
  const time = new Date(ctx.now()).toISOString()
  const verified = await verify(request)
  const { parsed, report } = verified
  const target = respond === 'auto' ? (forwardTo ?? former?.[parsed.kind]) : undefined
  const forwarded = target === undefined ? undefined : await ctx.forward(forwardUrl(target, parsed), request)
  const exchange = {
    request,
    parsed,
    token: report && tokenStateOf(report),
    ...(forwarded?.status ? { answer: answerOf(forwarded) } : {}),
    noAnswer: forwarded ? ('silent' as const) : respond === 'auto' ? ('own' as const) : ('forced' as const),
  }
  const rules = [...(report?.rules ?? []), ...checkExchange(exchange, { strict })]
  const answer = forwarded
    ? answerOf(forwarded)
    : respond === 'auto'
      ? answerTo(request, report, rules)
      : plainAnswer(respond)
  if (delay > 0) await ctx.sleep(delay * 1000)
  return { answer, received: receivedRequest({ time, request, verified, rules, answer, forwarded }) }
}

interface Handled {
  readonly time: string
  readonly request: IncomingRequest
  readonly verified: VerifiedRequest
  readonly rules: ReceivedRequest['rules']
  readonly answer: Answer
  readonly forwarded: Forwarded | undefined
}

function receivedRequest({ time, request, verified, rules, answer, forwarded }: Handled): ReceivedRequest {
  const { parsed, report } = verified
  return {
    time,
    method: request.method,
    path: request.path,
    kind: report ? parsed.kind : 'unknown',
    token: report ? withoutRules(report) : null,
    rules,
    answered: { status: answer.status, body: answer.body },
    ...(forwarded ? { forwarded: withoutHeaders(forwarded) } : {}),
  }
}

function withoutRules({ rules: _, ...token }: NonNullable<VerifiedRequest['report']>) {
  return token
}

function withoutHeaders({ headers: _, ...forwarded }: Forwarded) {
  return forwarded
}
