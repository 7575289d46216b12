/** How a drill of one application ended. */
export type DrillVerdict =
  | { readonly kind: 'out' }
  | { readonly kind: 'out-later'; readonly seconds: number }
  | { readonly kind: 'still-in' }
  | { readonly kind: 'cannot-sign-in'; readonly seen: Seen }

/** What stood in the way of signing in, or of looking again. */
export type Seen =
  | { readonly what: 'foreign-host'; readonly host: string }
  | { readonly what: 'too-many-redirects' | 'bad-redirect' }
  | { readonly what: 'unreachable'; readonly reason: string }
  | { readonly what: 'http-status'; readonly status: number }
  | { readonly what: 'wrong-password' }
  | { readonly what: 'second-factor' | 'required-action'; readonly which: string }
  | { readonly what: 'consent' | 'needs-javascript' | 'no-login-page' | 'not-signed-in' | 'unknown-page' }
  /** The address leads to Keycloak each time, so that it does not show whether the application has a session. */
  | { readonly what: 'always-through-keycloak' }
  | { readonly what: 'error-page'; readonly message: string }
  | { readonly what: 'no-session' }
  | { readonly what: 'no-url' }

/** One look at the application with the cookies of the drill. `unknown`: it could not be asked, or showed neither. */
export type Look = 'in' | 'out' | 'unknown'

/** A look and when it was, in seconds since Keycloak answered that the session ended. */
export interface TimedLook {
  readonly look: Look
  readonly seconds: number
}

/**
 * The verdict of the looks after the logout, the first one made at once. An application that cannot be asked any more
 * is not out: nothing was seen.
 */
export function verdictOf(looks: readonly TimedLook[]): DrillVerdict {
  const first = looks[0]
  const out = looks.find(({ look }) => look === 'out')
  if (!out) return { kind: 'still-in' }
  return out === first ? { kind: 'out' } : { kind: 'out-later', seconds: Math.ceil(out.seconds) }
}
