import type { Client } from '../core/model.ts'
import { EXIT, UserError } from '../errors.ts'
import { didYouMean } from '../util/suggest.ts'

/**
 * Checks that the clients given with options such as `--client` exist, so that a typo does not change what an operation
 * affects.
 * @throws {UserError} `client-not-found` (5)
 */
export function requireClients(
  clientIds: readonly string[] | undefined,
  clients: readonly Pick<Client, 'clientId'>[],
  { realm }: { readonly realm: string },
): void {
  const known = clients.map(({ clientId }) => clientId)
  const unknown = clientIds?.find((clientId) => !known.includes(clientId))
  if (unknown === undefined) return
  const suggestion = didYouMean(unknown, known)
  throw new UserError(
    'client-not-found',
    `Realm ${realm} has no client "${unknown}", or it is not visible to you.`,
    {
      exitCode: EXIT.notFound,
      hint: suggestion
        ? `Did you mean ${suggestion}?`
        : 'Client ids are case-sensitive. `kc-logout sessions` lists the clients with sessions.',
    },
  )
}
