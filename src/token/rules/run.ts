import { keepNumberSource, numberSource } from '../../util/exact-json.ts'
import type { Departure, Rule, RuleResult, Status, Subject } from './rule.ts'

/**
 * Checks one token against all rules of a list. With `strict` a broken SHOULD fails like a MUST. A rule that fails above
 * its level is reported as a MUST, so that level and status agree.
 */
export function runRules(
  rules: readonly Rule[],
  subject: Subject,
  { readable, strict }: { readable: boolean; strict: boolean },
): RuleResult[] {
  let aged: RuleResult | undefined
  const results = rules.map((rule) => {
    if (!readable && !rule.readsBroken) return unreadable(rule)
    const outcome = rule.check(subject)
    const result = resultOf(rule, outcome, strict)
    if (outcome !== true && outcome.aged) aged = result
    keepDigits(result, subject)
    return result
  })
  return aged ? results.map((each) => (each === aged ? withItsPast(each, results, subject) : each)) : results
}

/** A number that a rule quotes as `actual` keeps the digits that it has in the token. */
function keepDigits(result: RuleResult, { payload }: Subject): void {
  if (typeof result.actual !== 'number' || result.claim === null) return
  const source = numberSource(payload, result.claim)
  if (source !== undefined) keepNumberSource(result, 'actual', source)
}

/** Returns the result of a check, with the status that the rule's level gives it. */
export const resultOf = (rule: AnyRule, outcome: true | Departure, strict: boolean): RuleResult =>
  outcome === true ? passed(rule) : departed(rule, outcome, strict)

/** A rule without its check. */
type AnyRule = Omit<Rule, 'check'>

/** Says whether an expired token was valid before it expired. */
function withItsPast(aged: RuleResult, results: readonly RuleResult[], { signature }: Subject): RuleResult {
  const others = results.filter((each) => each !== aged && each.status === 'fail').map(({ id }) => id)
  if (others.length > 0) {
    return {
      ...aged,
      message: `${aged.message} It was never valid: ${others.join(', ')} failed before, too.`,
    }
  }
  const valid =
    signature.status === 'valid'
      ? 'It was valid until then.'
      : 'No other rule failed; its signature is unverified.'
  return { ...aged, message: `${aged.message} ${valid}` }
}

/** Results that are the same for every token. */
const constants = new WeakMap<AnyRule, { readonly passed: RuleResult; readonly unreadable: RuleResult }>()

function constant(rule: AnyRule) {
  const known = constants.get(rule)
  if (known) return known
  const made = {
    passed: result(rule, 'pass', { message: rule.holds }),
    unreadable: result(rule, 'skip', { message: 'The token could not be read.' }),
  }
  constants.set(rule, made)
  return made
}

const passed = (rule: AnyRule) => constant(rule).passed
const unreadable = (rule: AnyRule) => constant(rule).unreadable

function departed(rule: AnyRule, outcome: Departure, strict: boolean): RuleResult {
  switch (outcome.status) {
    case 'skip':
    case 'pass':
      return result(rule, outcome.status, outcome)
    case 'note':
      return result(rule, 'warn', outcome)
    case 'fail':
      return { ...result(rule, 'fail', outcome), level: 'must' }
    case 'broken': {
      const fails = rule.level === 'must' || (rule.level === 'should' && strict)
      return result(rule, fails ? 'fail' : 'warn', outcome)
    }
  }
}

function result(rule: AnyRule, status: Status, outcome: Omit<Departure, 'status'>): RuleResult {
  return {
    id: rule.id,
    level: rule.level,
    status,
    claim: rule.claim ?? null,
    expected: outcome.expected ?? null,
    actual: outcome.actual ?? null,
    message: outcome.message,
    why: outcome.why ?? rule.why,
    fix: outcome.fix ?? rule.fix,
    reference: rule.reference,
  }
}
