import type { Client } from '../../core/model.ts'
import { mayStillApply, wasNotApplied } from '../../core/request-outcome.ts'
import { UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { ReadLevel } from './levels.ts'
import type { Place, Pushed } from './outcome.ts'
import { readNotBefore } from './read.ts'

type Asked = Pick<
  Keycloak,
  | 'realm'
  | 'realmInfo'
  | 'adminEvents'
  | 'clients'
  | 'findClient'
  | 'setRealmNotBefore'
  | 'setClientNotBefore'
  | 'pushRevocation'
  | 'pushClientRevocation'
>

/** A not-before that is to be changed: of a client, or where there is no client of the realm. */
export interface DesiredNotBefore extends Place {
  /** The client's internal id. */
  readonly id: string | undefined
  /** Seconds; undefined where the caller may not see it. */
  readonly from: number | undefined
  /** Seconds; 0 clears. */
  readonly to: number
}

/**
 * Sets a not-before, and nothing else: Keycloak keeps what a PUT leaves out. It is read again just before, as what was
 * agreed to may have changed since. Keycloak has no conditional write: what somebody else writes in the milliseconds
 * between is overwritten.
 * @returns why Keycloak's answer does not say whether it is set, where it was lost or is none that says so
 * @throws {UserError} `changed-meanwhile` (1): nothing was changed; or Keycloak's refusal
 */
export async function setNotBefore(
  wanted: DesiredNotBefore,
  keycloak: Asked,
): Promise<UserError | undefined> {
  const { id, level, name, from, to } = wanted
  const present =
    id === undefined
      ? (await keycloak.realmInfo()).notBefore
      : clientOf(id, await keycloak.findClient(name), wanted).notBefore
  if (present !== from)
    throw new UserError(
      'changed-meanwhile',
      `Somebody else has changed the not-before of ${level} ${name} meanwhile.`,
      { hint: 'Nothing was changed here. `kc-logout not-before show` says what is set now.' },
    )
  try {
    if (id === undefined) await keycloak.setRealmNotBefore(to)
    else await keycloak.setClientNotBefore(id, to)
    return undefined
  } catch (error) {
    if (!(error instanceof UserError) || wasNotApplied(error)) throw error
    return error
  }
}

/** What is there now: of the realm, and of the client, by whatever name somebody has given it meanwhile. */
export async function readAgain(wanted: DesiredNotBefore, keycloak: Asked): Promise<ReadLevel[]> {
  const { id, name } = wanted
  const clients: Client[] = []
  if (id !== undefined) {
    const named = await keycloak.findClient(name)
    const found = named?.id === id ? named : (await keycloak.clients()).find((client) => client.id === id)
    clients.push(clientOf(id, found, wanted))
  }
  return readNotBefore(clients, [], keycloak, { withSetters: false })
}

/**
 * Holds what is there now against what was to be set.
 * @param doubt why Keycloak's answer does not say whether it is set
 * @throws {UserError} `not-as-written`, `not-known` (1); the doubt itself where nothing was set
 */
export function requireSet(
  wanted: DesiredNotBefore,
  read: readonly ReadLevel[],
  doubt: UserError | undefined,
): void {
  const { level, name, from, to } = wanted
  const present = read.find((one) => one.level === level)?.seconds
  if (present === to) return
  const isAsBefore = present === from
  if (doubt && isAsBefore && !mayStillApply(doubt)) throw doubt
  if (present === undefined || (doubt && isAsBefore)) throw notKnown(wanted, doubt)
  throw new UserError('not-as-written', `The not-before of ${level} ${name} is not what was asked for.`, {
    hint: 'Somebody else may have changed it at the same time: `kc-logout not-before show`.',
  })
}

/** Nobody saw whether it is set. */
export const notKnown = ({ level, name }: DesiredNotBefore, why: UserError | undefined): UserError =>
  new UserError(
    'not-known',
    `Whether the not-before of ${level} ${name} is set is not known${why ? `: ${why.message}` : ', as Keycloak does not show it.'}`,
    { hint: '`kc-logout not-before show` looks again.' },
  )

/**
 * Has Keycloak send the not-before to the Admin URLs that it concerns, once each. What it lists as reached answered 200
 * or 204; a failure is an application that cannot be reached, or that does not know `k_push_not_before`.
 */
export async function pushNotBefore({ id }: DesiredNotBefore, keycloak: Asked): Promise<Pushed[]> {
  const { succeeded, failed } =
    id === undefined ? await keycloak.pushRevocation() : await keycloak.pushClientRevocation(id)
  return [
    ...failed.map((url) => ({ url, delivery: 'failed' as const })),
    ...succeeded.map((url) => ({ url, delivery: 'confirmed' as const })),
  ]
}

function clientOf(id: string, found: Client | undefined, { name }: DesiredNotBefore): Client {
  if (found?.id === id) return found
  throw new UserError('client-gone', `Client ${name} has gone, or was made anew.`, {
    hint: '`kc-logout sessions` lists the clients that there are.',
  })
}
