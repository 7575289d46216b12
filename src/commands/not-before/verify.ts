import type { Client } from '../../core/model.ts'
import { mayStillApply } from '../../core/request-outcome.ts'
import { UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { requireClient } from './execute.ts'
import { type Level, levelsOf, type ReadLevel } from './levels.ts'
import type { DesiredNotBefore } from './plan.ts'
import { readNotBefore } from './read-not-before.ts'

interface Execution {
  /** The server's time, milliseconds since the epoch. */
  readonly clock: number
  /** The error that leaves open whether it was set. */
  readonly doubt: UserError | undefined
  /** The levels of the plan. */
  readonly before: readonly Level[]
}

export interface Verification {
  readonly levels: readonly Level[]
  /** Undefined if the not-before is set as planned. */
  readonly error: UserError | undefined
}

/**
 * Reads the not-before again and compares it with the plan.
 * A mismatch is returned, not thrown, because the not-before was set or may have been.
 * @throws {UserError} the doubt itself, if nothing was set
 */
export async function verify(
  desired: DesiredNotBefore,
  { clock, doubt, before }: Execution,
  keycloak: Keycloak,
): Promise<Verification> {
  let read: ReadLevel[]
  try {
    read = await readAgain(desired, keycloak)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const levels = before.map((one) =>
      one.level === desired.level ? { ...one, ...UNSEEN } : { ...one, decides: false },
    )
    return { levels, error: notKnown(desired, doubt ?? error) }
  }
  const scope = desired.level === 'client' ? { clientId: desired.name } : {}
  return { levels: levelsOf(read, scope, clock), error: mismatch(desired, read, doubt) }
}

const UNSEEN = { notBefore: null, seconds: null, inFuture: false, decides: false, setBy: null }

/** Reads the realm's not-before and the client's, even if the client was renamed in the meantime. */
async function readAgain(desired: DesiredNotBefore, keycloak: Keycloak): Promise<ReadLevel[]> {
  const { id, name } = desired
  const clients: Client[] = []
  if (id !== undefined) {
    const named = await keycloak.findClient(name)
    const found = named?.id === id ? named : (await keycloak.clients()).find((client) => client.id === id)
    clients.push(requireClient(id, found, desired))
  }
  return readNotBefore(clients, [], keycloak, { withSetters: false })
}

function mismatch(
  desired: DesiredNotBefore,
  read: readonly ReadLevel[],
  doubt: UserError | undefined,
): UserError | undefined {
  const { level, name, from, to } = desired
  const present = read.find((one) => one.level === level)?.seconds
  if (present === to) return undefined
  const isAsBefore = present === from
  if (doubt && isAsBefore && !mayStillApply(doubt)) throw doubt
  if (present === undefined || (doubt && isAsBefore)) return notKnown(desired, doubt)
  return new UserError('not-as-written', `The not-before of ${level} ${name} is not the requested one.`, {
    hint: 'It may have been changed at the same time: `kc-logout not-before show`.',
  })
}

const notKnown = ({ level, name }: DesiredNotBefore, reason: UserError | undefined): UserError =>
  new UserError(
    'not-known',
    `It is not known whether the not-before of ${level} ${name} is set: ${reason?.message ?? 'Keycloak does not show it.'}`,
    { hint: 'Look again with `kc-logout not-before show`.' },
  )
