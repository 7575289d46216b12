import type { Context } from '../../cli/context.ts'
import type { PlannedTakeover } from './execute-takeover.ts'
import {
  type Answer,
  answerOf,
  answerTo,
  type Forwarded,
  type IncomingRequest,
  plainAnswer,
  targetOf,
} from './logout-request.ts'
import type { Exchange } from './rules/answer.ts'
import { checkExchange, standingOf } from './rules/run.ts'
import type { Forward } from './server/forward.ts'
import type { Judge, Judged } from './verify-requests.ts'
import type { ReceivedRequest } from './view.ts'

export interface DeliverOptions {
  /** A status to answer everything with; `auto` where it is left out. */
  readonly respond?: 'auto' | number
  /** Seconds to wait before answering. */
  readonly delay?: number
  /** The URL of the receiver whose answer counts. */
  readonly forwardTo?: string
  readonly strict?: boolean
}

/** Judges one request, hands it on where that is asked for, and says what to answer and what to show. */
export async function handleRequest(
  request: IncomingRequest,
  judge: Judge,
  former: PlannedTakeover['former'] | undefined,
  { respond = 'auto', delay = 0, forwardTo, strict = false }: DeliverOptions,
  ctx: Pick<Context, 'now' | 'sleep'> & { readonly forward: Forward },
): Promise<{ answer: Answer; shown: ReceivedRequest }> {
  const time = new Date(ctx.now()).toISOString()
  const { reading, report } = await judge(request)
  const target = respond === 'auto' ? (forwardTo ?? former?.[reading.kind]) : undefined
  const forwarded = target === undefined ? undefined : await ctx.forward(targetOf(target, reading), request)
  const exchange: Exchange = {
    request,
    reading,
    token: report && standingOf(report),
    ...(forwarded?.status ? { answer: answerOf(forwarded) } : {}),
    unanswered: forwarded ? 'silent' : respond === 'auto' ? 'by-the-rules' : 'as-told',
  }
  const rules = [...(report?.rules ?? []), ...checkExchange(exchange, { strict })]
  const answer = forwarded
    ? answerOf(forwarded)
    : respond === 'auto'
      ? answerTo(request, report, rules)
      : plainAnswer(respond)
  if (delay > 0) await ctx.sleep(delay * 1000)
  return { answer, shown: shownAs(time, request, reading.kind, report, rules, answer, forwarded) }
}

function shownAs(
  time: string,
  { method, path }: IncomingRequest,
  kind: 'logout' | 'admin-action',
  report: Judged['report'],
  rules: ReceivedRequest['rules'],
  { status, body }: Answer,
  forwarded: Forwarded | undefined,
): ReceivedRequest {
  const { rules: _rules, ...token } = report ?? { rules: undefined }
  return {
    time,
    method,
    path,
    kind: report ? kind : 'unknown',
    token: report ? (token as ReceivedRequest['token']) : null,
    rules,
    answered: { status, body },
    ...(forwarded
      ? {
          forwarded: {
            status: forwarded.status,
            body: forwarded.body,
            ms: forwarded.ms,
            ...(forwarded.error === undefined ? {} : { error: forwarded.error }),
          },
        }
      : {}),
  }
}
