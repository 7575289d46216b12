import type { Client } from '../../core/model.ts'
import { wasNotApplied } from '../../core/request-outcome.ts'
import { UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'
import type { PushedUrl } from './outcome.ts'
import type { DesiredNotBefore } from './plan.ts'

/**
 * Sets a not-before and nothing else: Keycloak keeps what a PUT leaves out.
 * It is read again just before. Keycloak has no conditional write: a concurrent change in the milliseconds between is
 * overwritten.
 * @returns the error that leaves open whether it was set; undefined if Keycloak confirmed it
 * @throws {UserError} `changed-meanwhile` (exit 1) if it differs from the plan; Keycloak's refusal. Nothing was changed.
 */
export async function execute(desired: DesiredNotBefore, keycloak: Keycloak): Promise<UserError | undefined> {
  const { id, level, name, from, to } = desired
  const present =
    id === undefined
      ? (await keycloak.realmInfo()).notBefore
      : requireClient(id, await keycloak.findClient(name), desired).notBefore
  if (present !== from)
    throw new UserError(
      'changed-meanwhile',
      `The not-before of ${level} ${name} was changed after the plan was shown.`,
      { hint: 'Nothing was changed by this run. `kc-logout not-before show` shows the present one.' },
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

/**
 * Makes Keycloak send the not-before to the affected Admin URLs, once each.
 * Keycloak lists a URL as successful after a response 200 or 204; else the application cannot be reached, or does not
 * know `k_push_not_before`. Credentials of the URLs are masked.
 */
export async function push({ id }: DesiredNotBefore, keycloak: Keycloak): Promise<PushedUrl[]> {
  const { succeeded, failed } =
    id === undefined ? await keycloak.pushRevocation() : await keycloak.pushClientRevocation(id)
  const result = (delivery: PushedUrl['delivery']) => (url: string) => ({
    url: maskCredentials(url),
    delivery,
  })
  return [...failed.map(result('failed')), ...succeeded.map(result('confirmed'))]
}

/** The client, if it still has this internal id; otherwise throws `client-gone` (exit 1). */
export function requireClient(
  id: string,
  client: Client | undefined,
  { name }: Pick<DesiredNotBefore, 'name'>,
): Client {
  if (client?.id === id) return client
  throw new UserError('client-gone', `Client ${name} was deleted, or deleted and created again.`, {
    hint: '`kc-logout sessions` lists the clients.',
  })
}
