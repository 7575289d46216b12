import { UserError } from '../../errors.ts'
import { TransportError, type TransportErrorKind } from '../../keycloak/http/transport-error.ts'
import type { RealmOfSeveral } from '../context.ts'

/** The server may be there, or be back for the next request. */
const PERHAPS_THERE: ReadonlySet<TransportErrorKind> = new Set(['read-timeout', 'closed'])
/** An answer, or an interruption here. */
const NOT_ITS_FAULT: ReadonlySet<TransportErrorKind> = new Set(['too-large', 'packed', 'aborted'])

/**
 * Servers that cannot be reached, so that a dead one is tried once and not once for each of its realms. One request
 * without an answer says little: the second realm in a row without one does.
 */
export class UnreachedServers {
  readonly #failures = new Map<string, { readonly error: UserError; readonly realm: string }>()
  readonly #doubts = new Set<string>()

  /** The error for a realm that is not tried; undefined if its server may be reached. */
  async errorFor(realm: RealmOfSeveral): Promise<UserError | undefined> {
    const failure = this.#failures.get(await originOf(realm))
    if (!failure) return undefined
    const { code, message, exitCode } = failure.error
    const hint = `Not tried: the server could not be reached for realm ${failure.realm}.`
    return new UserError(code, message, { exitCode, hint })
  }

  /** Notes how a realm ended. @param error undefined without an error */
  async note(realm: RealmOfSeveral, error: UserError | undefined): Promise<void> {
    const origin = await originOf(realm)
    const cause = error?.cause instanceof TransportError ? error.cause : undefined
    if (!error || !cause || NOT_ITS_FAULT.has(cause.kind)) this.#doubts.delete(origin)
    // Another server, which an option named.
    else if (cause.url.origin !== origin) return
    else if (PERHAPS_THERE.has(cause.kind) && !this.#doubts.has(origin)) this.#doubts.add(origin)
    else this.#failures.set(origin, { error, realm: realm.name })
  }
}

/** Empty if the settings are wrong, which the run itself reports. */
async function originOf({ ctx }: RealmOfSeveral): Promise<string> {
  const { server } = await ctx.settings().catch(() => ({ server: undefined }))
  return server && URL.canParse(server.value) ? new URL(server.value).origin : ''
}
