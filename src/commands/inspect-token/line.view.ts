import type { TokenReport, TokenVerdict } from '../../token/inspect.ts'
import { bad, dim, good, type Line, type Styled, warn } from '../../ui/text.ts'
import { pluralize } from '../../util/format.ts'

/** The totals of a list of tokens. */
export interface TokensEnd {
  readonly counts: Readonly<Record<TokenVerdict, number>>
  readonly verdict: TokenVerdict
}

const MARKS: Readonly<Record<TokenVerdict, Styled>> = {
  pass: good('pass'),
  fail: bad('FAIL'),
  unverified: warn('????'),
}

/** Returns one line per token: its kind, and the rules that it breaks. */
export function tokenLineView({ line, name, verdict, rules, signature, about }: TokenReport): Line[] {
  const failed = rules
    .filter(({ status }) => status === 'fail')
    .map(({ id, claim }) => (claim === null ? id : `${id} ${claim}`))
  const why = verdict === 'unverified' ? `signature ${signature.status}` : failed.join(', ')
  const who = [about.clientId, about.userId].filter((each) => each !== null).join(' ')
  return [
    [
      MARKS[verdict],
      ` ${String(line ?? '').padStart(6)}  ${name.padEnd(14)}  `,
      dim(who),
      why === '' ? '' : `  ${why}`,
    ],
  ]
}

/** Returns the totals of a list of tokens. */
export const tokensEndView = ({ counts }: TokensEnd): Line[] => [
  '',
  [
    `${pluralize(counts.pass + counts.fail + counts.unverified, 'token')}: `,
    good(`${counts.pass} pass`),
    ', ',
    counts.fail > 0 ? bad(`${counts.fail} fail`) : '0 fail',
    ...(counts.unverified > 0 ? [', ', warn(`${counts.unverified} unverified`)] : []),
  ],
]
