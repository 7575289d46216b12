import type { Report } from '../../../report/report.ts'
import type { DrillOutcome } from '../outcome.ts'
import { whyText } from '../texts.ts'

const HEAD = [
  'realm',
  'username',
  'clientId',
  'url',
  'verdict',
  'seconds',
  'seen',
  'text',
  'expectation',
  'why',
  'expected',
  'accepted',
  'refused',
  'failed',
  'notSent',
  'unknown',
  'evidence',
  'sessionIds',
  'began',
  'ended',
] as const

/** One line for each application. */
export function* drillRows({ outcome, when }: Report<DrillOutcome>): Generator<readonly string[]> {
  yield HEAD
  for (const client of outcome.clients) {
    const { expected, accepted, refused, failed, notSent, unknown } = client.notifications
    const { min, max } = expected
    yield [
      outcome.realm,
      outcome.user,
      client.clientId,
      client.url ?? '',
      client.verdict,
      String(client.seconds ?? ''),
      client.seen.what,
      whyText(client.seen),
      client.expectation,
      client.reason ?? '',
      min === max ? String(max) : `${min} to ${max}`,
      ...[accepted, refused, failed, notSent, unknown].map(String),
      client.evidence.join(' '),
      client.sessions.join(' '),
      when.began,
      when.ended,
    ]
  }
}
