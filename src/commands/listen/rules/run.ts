import type { TokenReport } from '../../../token/inspect.ts'
import type { Rule, RuleResult } from '../../../token/rules/rule.ts'
import { resultOf } from '../../../token/rules/run.ts'
import { ANSWER_RULES, type Exchange, type TokenState } from './answer.ts'
import { REQUEST_RULES } from './request.ts'

/** The rules of request and answer: R01 to R14. */
export const EXCHANGE_RULES: readonly Rule<Exchange>[] = [...REQUEST_RULES, ...ANSWER_RULES]

/** Checks all rules for one exchange. */
export const checkExchange = (exchange: Exchange, { strict = false } = {}): RuleResult[] =>
  EXCHANGE_RULES.map((rule) => resultOf(rule, rule.check(exchange), strict))

/** The token was received before. */
const REPLAY = 'L25'
/** The token could not be decrypted here; the receiver has its own key. */
const UNDECRYPTED = 'T08'

/** The state of a token for a receiver, by the MUST rules alone: `--strict` applies here, not to the receiver. */
export function tokenStateOf({ rules, signature }: TokenReport): TokenState {
  const broken = rules
    .filter(({ status, level }) => status === 'fail' && level === 'must')
    .map(({ id }) => id)
  const isInvalid = broken.some((id) => id !== REPLAY && id !== UNDECRYPTED)
  if (isInvalid) return 'invalid'
  if (broken.includes(REPLAY)) return 'replayed'
  return signature.status === 'valid' ? 'valid' : 'unverified'
}
