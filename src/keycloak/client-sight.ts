import type { Client } from '../core/model.ts'
import { type ClientSight, clientsNotVisible } from '../core/not-visible.ts'
import { EXIT, UserError } from '../errors.ts'
import type { Keycloak } from './keycloak.ts'

/**
 * How much of the realm's clients the caller sees. With view-clients it is all of them. Else Keycloak's counts of
 * sessions name hidden clients, if they have sessions and the caller may read the counts (view-realm).
 * @param clients the list that the caller got
 */
export async function readClientSight(
  clients: readonly Pick<Client, 'id'>[],
  keycloak: Pick<Keycloak, 'hasRole' | 'sessionCounts'>,
): Promise<ClientSight> {
  if ((await keycloak.hasRole('view-clients')) === true) return { isAll: true, notVisible: [] }
  const notVisible = clientsNotVisible(await countsOf(keycloak), clients)
  return { isAll: notVisible.length > 0 ? false : undefined, notVisible }
}

async function countsOf(keycloak: Pick<Keycloak, 'sessionCounts'>) {
  try {
    return await keycloak.sessionCounts()
  } catch (error) {
    if (error instanceof UserError && error.exitCode === EXIT.denied) return []
    throw error
  }
}
