import type { Observed } from './observation.ts'
import { matchMessage } from './read-message.ts'
import type { LogRecord } from './record.ts'
import type { ThreadState } from './threads.ts'

type Turn = NonNullable<ThreadState['turn']>

/** What an entry of ResourceAdminManager says: whose turn it is, or how a call ended. */
export interface ResourceAdminEntry {
  readonly turn?: Turn
  readonly observed: readonly Observed[]
  /** The call is over. */
  readonly isOver?: boolean
}

const NOTHING: ResourceAdminEntry = { observed: [] }
const ANSWER =
  /^Received response for .*?clientId='(.*)' clientSessionId='.*' backchannelLogoutUrl='(.*)' status=(\d+) success=(true|false)/s
/** Up to 26.4, and for Admin URLs in all versions: first which client, then whether, without the status. */
const RESOURCE =
  /^(?:logout|push revocation|testNodes availability) resource:? (.*) url: (\S*)(?: sessionIds:.*)?$/s
const CALLING = /^(?:Attempting|Sending) .*?clientId='(.*)' clientSessionId='.*' backchannelLogoutUrl='(.*)'/s
const PUSHING = /^Sending push revocation to URLS: \[([^,\]]*)\]$/
const OUTCOME = /^(logout|push revocation|testAvailability) success for (\S+): (true|false)$/

const ACTS = {
  logout: 'logout',
  'push revocation': 'push-revocation',
  testAvailability: 'availability-test',
} as const

/** @param before the client whose turn it was in the same thread */
export function readResourceAdmin(record: LogRecord, before: Turn | undefined): ResourceAdminEntry {
  const answer = matchMessage(ANSWER, record)
  if (answer) {
    const [, clientId = '', url = '', status, success] = answer
    if (success === 'true') return { observed: [], isOver: true }
    return {
      observed: [{ code: 'answered', act: 'logout', clientId, url, status: Number(status) }],
      isOver: true,
    }
  }
  const turn = matchMessage(RESOURCE, record) ?? matchMessage(CALLING, record)
  if (turn) return { turn: { of: 'http', client: turn[1] ?? '', url: turn[2] ?? '' }, observed: [] }
  const pushed = matchMessage(PUSHING, record)
  if (pushed) return { turn: { of: 'http', url: pushed[1] ?? '' }, observed: [] }
  const outcome = matchMessage(OUTCOME, record)
  if (outcome) return outcomeOf(outcome, before)
  if (/no logged adapter sessions/.test(record.message))
    return { observed: [{ code: 'no-adapter-session', act: 'logout' }] }
  return NOTHING
}

function outcomeOf(match: RegExpExecArray, before: Turn | undefined): ResourceAdminEntry {
  const [, name, url = '', success] = match
  if (success === 'true') return { observed: [], isOver: true }
  const client = before?.url === url ? before.client : undefined
  const act = ACTS[name as keyof typeof ACTS]
  return {
    observed: [{ code: 'answered', act, ...(client === undefined ? {} : { clientId: client }), url }],
    isOver: true,
  }
}
