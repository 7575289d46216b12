import type { Args } from '../rules/rule.ts'

/** What is said of one finding. */
export interface Row {
  readonly message: (args: Args) => string
  readonly why: string | ((args: Args) => string)
  /** A command where there is one; `client` is quoted for a shell. */
  readonly fix: string | ((args: Args, client: string) => string)
  readonly evidence?: (args: Args) => string
}

/** Why most of it matters. */
export const NOT_TOLD =
  'Keycloak logs people out and this application is not notified: they stay signed in there.'
