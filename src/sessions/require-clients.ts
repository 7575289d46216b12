import type { Client } from '../core/model.ts'
import { EXIT, UserError } from '../errors.ts'
import { didYouMean } from '../util/suggest.ts'

/**
 * Options such as `--client` name clients of the realm: a typing error must not widen or narrow what is done.
 * @throws {UserError} `client-not-found` (5)
 */
export function requireClients(
  asked: readonly string[] | undefined,
  clients: readonly Client[],
  { realm }: { readonly realm: string },
): void {
  const known = clients.map(({ clientId }) => clientId)
  const unknown = asked?.find((clientId) => !known.includes(clientId))
  if (unknown === undefined) return
  const meant = didYouMean(unknown, known)
  throw new UserError('client-not-found', `Realm ${realm} has no client "${unknown}".`, {
    exitCode: EXIT.notFound,
    hint: meant
      ? `Did you mean ${meant}?`
      : 'Client ids are compared with case. `kc-logout sessions` lists those with sessions.',
  })
}
