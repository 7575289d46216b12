import { blindSpotText } from '../../../core/blind-spot-texts.ts'
import { duration, formatNumber, pluralize } from '../../../util/format.ts'
import type { Telling } from './client-status.ts'
import type { Mark } from './timeline.ts'

/** What an exit code says, as in the contract. */
export const EXIT_WORDS: Readonly<Record<number, string>> = {
  0: 'done, or nothing to do',
  1: 'failed',
  2: 'wrong usage or input',
  3: 'done in part',
  4: 'not signed in, or a role is missing',
  5: 'not found',
  6: 'not reachable, or still running',
  8: 'declined',
  129: 'the terminal was closed',
  130: 'interrupted',
  143: 'terminated',
}

export const STEP_WORDS = {
  client: 'Sessions ended one by one',
  offline: 'Offline sessions ended one by one',
  realm: "Keycloak's logout of the realm",
} as const

export const STATUS_WORDS: Readonly<Record<Telling['status'], string>> = {
  confirmed: 'notified',
  unconfirmed: 'called, answer unknown',
  failed: 'called, not reached',
  'not-notified': 'not told',
  'not-yet': 'not told yet',
  planned: 'would be told',
}

const WHYS: Readonly<Record<string, string>> = {
  'answers-unknown':
    'Keycloak sent it a logout token for each session that ended. It throws the answers away.',
  'step-not-run': 'The step that calls its Admin URL did not run.',
  'step-refused': 'Keycloak refused the logout of the realm, in which it calls its Admin URL.',
  'ended-untold': "Its sessions ended in Keycloak's logout of the realm, which does not call it.",
  'step-unfinished': "Keycloak's logout of the realm was sent, and nothing is known of its end.",
  'none-ended': 'None of its sessions was ended.',
  'admin-url-role-missing':
    'Whether its Admin URL was reached is not known: that takes manage-realm or manage-clients.',
  'admin-url-no-answer':
    'Whether its Admin URL was reached is not known: Keycloak did not answer that question.',
  'admin-url-host-answers-here':
    'Keycloak says that its Admin URL did not answer as it should; its host does answer. It may implement k_logout alone.',
  'admin-url-not-reached': 'Keycloak did not reach its Admin URL, nor did the machine of this run.',
  'admin-url-not-mentioned': 'Keycloak says nothing of its Admin URL.',
}

/** One sentence, whose subject is the client where it begins with a verb. */
export function whyText({ status, why, clientId }: Telling): string {
  if (why === null) return status === 'confirmed' ? 'Keycloak reached its Admin URL just after.' : ''
  const known = WHYS[why]
  if (known !== undefined || status !== 'not-notified') return known ?? why
  const said = blindSpotText({ clientId, code: why, severity: 'warning' })
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}`
}

/** Why the realm step did not run although it was planned; an error's code has its own place. */
export const SKIPPED_WORDS: Readonly<Record<string, string>> = {
  'sessions-left': 'It would have ended untold the sessions that could not be ended one by one.',
  interrupted: 'The run was interrupted before it.',
}

const SIGNALS: Readonly<Record<string, string>> = {
  SIGINT: 'Ctrl-C',
  SIGTERM: 'terminated',
  SIGHUP: 'the terminal was closed',
}

/** What happened, in words of our own; the client or the code that it was about is to be shown beside it. */
export function markText({ what, detail }: Mark): readonly [words: string, about: string] {
  switch (what) {
    case 'phase':
      return [detail, '']
    case 'cut-off':
      return ["the realm's not-before was set: what was issued before is refused", '']
    case 'failure':
      return ['the first session that could not be ended', detail]
    case 'slow':
      return ['a receiver hangs: its sessions wait in a lane of their own', detail]
    case 'pause':
      return [`the server asked for a pause of ${detail} s`, '']
    case 'interrupted':
      return [`interrupted (${SIGNALS[detail] ?? detail})`, '']
    case 'stopped':
      return ['the run could not go on', detail]
  }
}

/** `2026-11-21 14:05:10 UTC (15:05:10 +01:00)`. */
export function momentText(iso: string, utcOffset: string): string {
  const utc = `${iso.slice(0, 19).replace('T', ' ')} UTC`
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(utcOffset) ?? []
  const ahead = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
  if (!ahead) return utc
  const local = new Date(Date.parse(iso) + ahead * 60_000).toISOString()
  const day = local.slice(0, 10) === iso.slice(0, 10) ? '' : `${local.slice(0, 10)} `
  return `${utc} (${day}${local.slice(11, 19)} ${utcOffset})`
}

/** `0.8 s`, `12 s`, and longer ones in their usual words. */
export const elapsed = (milliseconds: number): string =>
  milliseconds < 10_000 ? `${(milliseconds / 1000).toFixed(1)} s` : duration(milliseconds / 1000)

export const othersText = (clients: number): string => `${pluralize(clients, 'other client')}`
export const unlessNone = (value: number): string => (value === 0 ? '–' : formatNumber(value))
