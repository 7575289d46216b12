import type { ShownValue } from '../../../util/shown-command.ts'
import type { Args } from '../rules/rule.ts'

/** The sentences about one code. */
export interface Row {
  readonly message: string | ((args: Args) => string)
  /** In place of `message` where several findings of this code differ; without it they do not. */
  readonly title?: string
  readonly why: string | ((args: Args) => string)
  /** A command if there is one; `client` is for {@link kcLogout}. */
  readonly fix: string | ((args: Args, client: ShownValue) => string)
  /** One command for several clients, where it does not depend on the client. */
  readonly fixAll?: (clients: readonly ShownValue[]) => string
  readonly evidence?: (args: Args) => string
}

/** Why most findings about settings matter. */
export const NOT_NOTIFIED =
  'Keycloak ends the session, and this application is not notified: its users stay signed in there.'

/** Why what was seen from this machine matters: how it is for Keycloak is not known. */
const ifKeycloak = (same: string) =>
  `If Keycloak ${same}, it ends the session, and this application is not notified: its users stay signed in there.`
export const IF_FAILS_TOO = ifKeycloak('fails in the same way')
export const IF_SAME_ANSWER = ifKeycloak('gets the same response')
