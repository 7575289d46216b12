import type { RuleResult } from '../../token/rules/rule.ts'
import { memberText } from '../../util/exact-json.ts'
import { accent, bad, bold, dim, good, type Line, type Screen, warn } from '../text.ts'
import { hanging } from './token-layout.ts'

/**
 * Returns the broken rules of a token, the worst first, then the ids of passed and skipped rules. Rules that were skipped
 * because a fact is unknown get their reason, because they might have failed.
 */
export function ruleLines(rules: readonly RuleResult[], screen: Screen): Line[] {
  const by = (status: RuleResult['status']) => rules.filter((rule) => rule.status === status)
  const [failed, warned, passed, skipped] = [by('fail'), by('warn'), by('pass'), by('skip')]
  return [
    ...[
      ...failed,
      ...warned.filter(({ level }) => level !== 'may'),
      ...warned.filter(({ level }) => level === 'may'),
    ].flatMap((rule) => [...findingLines(rule, screen), '']),
    ...hanging([good('passed  ')], passed.map(({ id }) => id).join(' ') || 'none', screen, 8),
    ...(skipped.length > 0
      ? hanging(
          [dim('skipped ')],
          `${skipped.map(({ id }) => id).join(' ')}${optionsFor(skipped)}`,
          screen,
          8,
        )
      : []),
    ...skipped.flatMap(({ id, message }) =>
      message.startsWith('not known: ') ? hanging(['        ', warn(id), ' '], message, screen) : [],
    ),
  ]
}

/** Names the options that would check skipped rules. */
function optionsFor(skipped: readonly RuleResult[]): string {
  const options = skipped.flatMap(({ message }) => /[Gg]ive (--[a-z-]+)/.exec(message)?.[1] ?? [])
  const named = [...new Set(options)].sort()
  return named.length === 0 ? '' : ` (${named.join(', ')} check more)`
}

/** Returns one broken rule: expected, actual, why and fix. */
export function findingLines(rule: RuleResult, screen: Screen): Line[] {
  const isNote = rule.status === 'warn' && rule.level === 'may'
  const mark = rule.status === 'fail' ? bad('FAIL') : isNote ? dim('note') : warn('warn')
  const row = (name: string, text: string) => hanging(['     ', dim(name.padEnd(10))], text, screen, 15)
  return [
    ...hanging(
      [mark, ' ', bold(rule.id), ' ', rule.claim === null ? '' : accent(`${rule.claim}  `)],
      rule.message,
      screen,
      5,
    ),
    ...(isNote ? row('fix', rule.fix) : detailLines(rule, row)),
  ]
}

function detailLines(rule: RuleResult, row: (name: string, text: string) => Line[]): Line[] {
  return [
    ...(rule.expected === null ? [] : row('expected', memberText(rule, 'expected'))),
    ...(rule.actual === null ? [] : row('actual', memberText(rule, 'actual'))),
    ...row('why', rule.why),
    ...row('fix', rule.fix),
    ...row('rule', rule.reference),
  ]
}
