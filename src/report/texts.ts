import { blindSpotText } from '../core/blind-spot-texts.ts'
import { capitalised, duration, formatNumber, pluralize } from '../util/format.ts'
import type { ClientStatus } from './client-status.ts'
import type { Mark } from './timeline.ts'

/** What each exit code means, as in docs/reference/exit-codes.md. */
export const EXIT_TEXTS: Readonly<Record<number, string>> = {
  0: 'done, or nothing to do',
  1: 'failed',
  2: 'wrong usage or input',
  3: 'done in part',
  4: 'not signed in, or a role is missing',
  5: 'not found',
  6: 'not reachable, or still running',
  7: 'a check failed',
  8: 'declined',
  129: 'the terminal was closed',
  130: 'interrupted',
  143: 'terminated',
}

export const STEP_TEXTS = {
  client: 'Sessions ended one by one',
  offline: 'Offline sessions ended one by one',
  realm: "Keycloak's realm logout",
} as const

export const STATUS_TEXTS: Readonly<Record<ClientStatus['status'], string>> = {
  confirmed: 'notified',
  partly: 'notified in part',
  unconfirmed: 'expected, answer unknown',
  failed: 'notification failed',
  'not-notified': 'not notified',
  'not-yet': 'not notified yet',
  planned: 'will be notified',
}

const WHY_TEXTS: Readonly<Record<string, string>> = {
  'answers-unknown':
    'Keycloak calls it for each session that ended, and discards its answers. Not all of them were seen.',
  'step-not-run': 'The step that calls its Admin URL did not run.',
  'step-refused': 'Keycloak refused the realm logout, which calls its Admin URL.',
  'ended-unnotified': "Keycloak's realm logout ended its sessions and does not call it.",
  'step-unfinished': "Keycloak's realm logout was sent; its result is unknown.",
  'none-ended': 'None of its sessions ended.',
  'admin-url-role-missing':
    'Delivery to its Admin URL is unknown: checking it requires the role manage-realm or manage-clients.',
  'admin-url-no-answer': 'Delivery to its Admin URL is unknown: Keycloak did not answer the check.',
  'admin-url-host-answers-here':
    'Keycloak got no valid answer from its Admin URL, but the host accepts connections. The application may implement only k_logout.',
  'admin-url-not-reached': 'Its Admin URL was not reachable from Keycloak or from the machine of this run.',
  'admin-url-not-mentioned': "Keycloak's answer does not mention its Admin URL.",
}

/** The reason for a status as one sentence; empty if there is nothing to add. */
export function whyText({
  status,
  why,
  clientId,
}: Pick<ClientStatus, 'status' | 'why' | 'clientId'>): string {
  if (why === null) return status === 'confirmed' ? 'It accepted every call.' : ''
  const known = WHY_TEXTS[why]
  if (known !== undefined) return known
  const sentence = blindSpotText({ clientId, code: why, severity: 'warning' })
  return sentence === why ? why : capitalised(sentence)
}

/** Why a planned realm step did not run. The code of an error is explained elsewhere. */
export const SKIPPED_TEXTS: Readonly<Record<string, string>> = {
  'sessions-left': 'It would have ended the failed sessions without notification.',
  'not-visible': 'It would end sessions of clients that are not visible to the caller, without notification.',
  'held-back': 'It would have ended the sessions that were held back without notification.',
  unread: 'It would end sessions that could not be read, without notification.',
  interrupted: 'The run was interrupted before it.',
}

const SIGNAL_TEXTS: Readonly<Record<string, string>> = {
  SIGINT: 'Ctrl-C',
  SIGTERM: 'terminated',
  SIGHUP: 'the terminal was closed',
}

/** What a mark means, in our own words; `about` is the client or the code that it is about. */
export function markText({ what, detail }: Mark): readonly [text: string, about: string] {
  switch (what) {
    case 'phase':
      return [detail, '']
    case 'cut-off':
      return ["the realm's not-before was set: everything issued before is rejected", '']
    case 'failure':
      return ['the first session that could not be ended', detail]
    case 'slow':
      return ['a client does not respond: its sessions are ended in a separate slow lane', detail]
    case 'pause':
      return [`the server asked for a pause of ${detail} s`, '']
    case 'interrupted':
      return [`interrupted (${SIGNAL_TEXTS[detail] ?? detail})`, '']
    case 'stopped':
      return ['the run could not continue', detail]
  }
}

/** `2026-11-21 14:05:10 UTC (15:05:10 +01:00)`. */
export function timeText(iso: string, utcOffset: string): string {
  const utc = `${iso.slice(0, 19).replace('T', ' ')} UTC`
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(utcOffset) ?? []
  const ahead = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
  if (!ahead) return utc
  const local = new Date(Date.parse(iso) + ahead * 60_000).toISOString()
  const day = local.slice(0, 10) === iso.slice(0, 10) ? '' : `${local.slice(0, 10)} `
  return `${utc} (${day}${local.slice(11, 19)} ${utcOffset})`
}

/** `0.8 s`, `12 s`, and longer times as `duration` writes them. */
export const elapsed = (milliseconds: number): string =>
  milliseconds < 10_000 ? `${(milliseconds / 1000).toFixed(1)} s` : duration(milliseconds / 1000)

export const othersText = (clients: number): string => pluralize(clients, 'other client')
export const numberOrDash = (value: number): string => (value === 0 ? '–' : formatNumber(value))
