import type { Context } from '../../cli/context.ts'
import { findClients } from '../../client-settings/find-clients.ts'
import { EXIT, type ExitCode, UserError } from '../../errors.ts'
import { findUsers } from '../../sessions/find-users.ts'
import { levelsOf } from './levels.ts'
import type { NotBeforeOptions } from './options.ts'
import type { NotBeforeDocument } from './outcome.ts'
import { readNotBefore } from './read-not-before.ts'
import { notBeforeView } from './view.ts'

/** `not-before show`: the realm's, and the client's or those of all clients that have one. Changes nothing. */
export async function showNotBefore(options: NotBeforeOptions, ctx: Context): Promise<ExitCode> {
  const keycloak = await ctx.keycloak()
  const [clients, users] = await Promise.all([
    options.client === undefined
      ? keycloak.clients().then((all) => all.filter(({ notBefore }) => notBefore > 0))
      : findClients([options.client], keycloak),
    options.user === undefined ? [] : findUsers([options.user], undefined, keycloak),
  ])
  const read = await readNotBefore(clients, users, keycloak, { withSetters: true })
  if (read.some(({ level, seconds }) => level === 'realm' && seconds === undefined))
    throw new UserError(
      'role-missing',
      `The not-before of realm ${keycloak.realm} cannot be read: the role view-realm is missing.`,
      {
        exitCode: EXIT.denied,
        hint: 'Grant your account the role view-realm of client realm-management.',
      },
    )
  const clock = (await keycloak.serverTime()) ?? ctx.now()
  const scope = { clientId: options.client, user: users.length > 0 }
  const document: NotBeforeDocument = {
    act: 'show',
    realm: keycloak.realm,
    now: new Date(clock).toISOString(),
    levels: levelsOf(read, scope, clock),
  }
  ctx.print.result(document, notBeforeView)
  return EXIT.ok
}
