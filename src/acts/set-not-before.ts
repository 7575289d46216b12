import type { Place, Pushed } from '../core/not-before/document.ts'
import { UserError } from '../errors.ts'
import type { Keycloak } from '../keycloak/keycloak.ts'

type Asked = Pick<
  Keycloak,
  | 'realmInfo'
  | 'findClient'
  | 'setRealmNotBefore'
  | 'setClientNotBefore'
  | 'pushRevocation'
  | 'pushClientRevocation'
>

/** A not-before that is to be changed: of a client, or where there is no client of the realm. */
export interface Wanted extends Place {
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
 * @throws {UserError} `changed-meanwhile` (1): nothing was changed; or Keycloak's refusal
 */
export async function setNotBefore(wanted: Wanted, keycloak: Asked): Promise<void> {
  const present = await presentOf(wanted, keycloak)
  if (present !== wanted.from)
    throw new UserError(
      'changed-meanwhile',
      `Somebody else has changed the not-before of ${wanted.level} ${wanted.name} meanwhile.`,
      { hint: 'Nothing was changed here. `kc-logout not-before show` says what is set now.' },
    )
  if (wanted.id === undefined) await keycloak.setRealmNotBefore(wanted.to)
  else await keycloak.setClientNotBefore(wanted.id, wanted.to)
}

/**
 * Looks whether it is as written.
 * @throws {UserError} `not-as-written` (1)
 */
export async function checkNotBefore(wanted: Wanted, keycloak: Asked): Promise<void> {
  const present = await presentOf(wanted, keycloak)
  if (present !== undefined && present !== wanted.to)
    throw new UserError(
      'not-as-written',
      `Keycloak answered well, but the not-before of ${wanted.level} ${wanted.name} is not what was asked for.`,
      { hint: 'Somebody else may have changed it at the same time: `kc-logout not-before show`.' },
    )
}

/**
 * Has Keycloak send the not-before to the Admin URLs that it concerns, once each. What it lists as reached answered 200
 * or 204; a failure is an application that cannot be reached, or that does not know `k_push_not_before`.
 */
export async function pushNotBefore({ id }: Wanted, keycloak: Asked): Promise<Pushed[]> {
  const { succeeded, failed } =
    id === undefined ? await keycloak.pushRevocation() : await keycloak.pushClientRevocation(id)
  return [
    ...failed.map((url) => ({ url, delivery: 'failed' as const })),
    ...succeeded.map((url) => ({ url, delivery: 'confirmed' as const })),
  ]
}

async function presentOf({ id, name }: Wanted, keycloak: Asked): Promise<number | undefined> {
  if (id === undefined) return (await keycloak.realmInfo()).notBefore
  const client = await keycloak.findClient(name)
  if (client?.id !== id)
    throw new UserError('client-gone', `Client ${name} has gone, or was made anew.`, {
      hint: 'Nothing was changed.',
    })
  return client.notBefore
}
