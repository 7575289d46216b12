import type { TokenReport } from '../../../token/inspect.ts'
import type { Rule, RuleResult } from '../../../token/rules/rule.ts'
import { resultOf } from '../../../token/rules/run.ts'
import { ANSWER_RULES, type Exchange, type Standing } from './answer.ts'
import { REQUEST_RULES } from './request.ts'

/** The request and the answer: R01 to R12. */
export const EXCHANGE_RULES: readonly Rule<Exchange>[] = [...REQUEST_RULES, ...ANSWER_RULES]

/** All of them, for one exchange. */
export const checkExchange = (exchange: Exchange, { strict = false } = {}): RuleResult[] =>
  EXCHANGE_RULES.map((rule) => resultOf(rule, rule.check(exchange), strict))

/** That it came before. */
const REPLAY = 'L25'
/** That it could not be decrypted here; the receiver has its own key. */
const UNDECRYPTED = 'T08'

/** What a receiver has to make of a token: by the MUST rules alone, as `--strict` is ours and not the receiver's. */
export function standingOf({ rules, signature }: TokenReport): Standing {
  const broken = rules
    .filter(({ status, level }) => status === 'fail' && level === 'must')
    .map(({ id }) => id)
  const isBad = broken.some((id) => id !== REPLAY && id !== UNDECRYPTED)
  if (isBad) return 'bad'
  if (broken.includes(REPLAY)) return 'replayed'
  return signature.status === 'valid' ? 'good' : 'unverified'
}
