import { duration, formatNumber, pluralize } from '../../util/format.ts'
import type { DrilledClient, DrillOutcome } from './outcome.ts'
import type { DrillVerdict } from './verdict.ts'

export const VERDICT_TONES = {
  out: 'good',
  'out-later': 'unsure',
  'still-in': 'bad',
  unknown: 'unsure',
  'cannot-sign-in': 'unsure',
} as const satisfies Record<DrillVerdict, string>

/** `still in`, `out after 10 s` */
export function verdictText({ verdict, seconds = 0 }: Pick<DrilledClient, 'verdict' | 'seconds'>): string {
  return verdict === 'out-later' ? `out after ${duration(seconds)}` : verdict.replaceAll('-', ' ')
}

/** `6 of 7 applications out after a logout` */
export function resultText({ clients, interrupted, error }: DrillOutcome): string {
  const out = clients.filter(({ verdict }) => verdict === 'out').length
  const how = interrupted ? 'Interrupted: ' : error ? 'Stopped: ' : ''
  return `${how}${formatNumber(out)} of ${pluralize(clients.length, 'application')} out after a logout`
}
