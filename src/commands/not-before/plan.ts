import { isoTime } from '../../util/time.ts'
import type { NotBeforeFacts } from './gather.ts'
import { levelsOf } from './levels.ts'
import type { NotBeforeDocument, NotBeforeTarget } from './outcome.ts'

/** The planned change of one not-before. */
export interface DesiredNotBefore extends NotBeforeTarget {
  /** The internal id of the client; undefined for the realm. */
  readonly id: string | undefined
  /** Seconds; undefined if the account may not see it. */
  readonly from: number | undefined
  /** Seconds; 0 clears. */
  readonly to: number
}

/** The planned change, and the document that shows it. */
export function plan(facts: NotBeforeFacts): { desired: DesiredNotBefore; document: NotBeforeDocument } {
  const { operation, keycloak, client, to, clock, read, sessions, loginRealm } = facts
  const level = client ? 'client' : 'realm'
  const name = client?.clientId ?? keycloak.realm
  const from = read.find((one) => one.level === level)?.seconds
  return {
    desired: { level, name, id: client?.id, from, to },
    document: {
      act: operation,
      realm: keycloak.realm,
      now: new Date(clock).toISOString(),
      levels: levelsOf(read, { clientId: client?.clientId }, clock),
      change: { level, name, from: timeOrNull(from), to: timeOrNull(to) },
      sessions,
      ownSignIn: level === 'realm' && loginRealm === keycloak.realm,
    },
  }
}

const timeOrNull = (seconds: number | undefined) =>
  seconds === undefined || seconds <= 0 ? null : (isoTime(seconds) ?? null)
