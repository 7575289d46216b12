/**
 * How the drill of one application ended. `unknown`: nothing was seen after the logout that tells in from out, or the drill
 * stopped before that.
 */
export type DrillVerdict = 'out' | 'out-later' | 'still-in' | 'unknown' | 'cannot-sign-in'

/** What was seen, as a code; `texts.ts` has the words. `detail` is a name, a status or a host, never an address. */
export interface Seen {
  readonly what: SeenCode
  readonly detail: string | null
}

export type SeenCode = LookCode | ObstacleCode

/** What one look at the application showed. */
export type LookCode =
  | 'login-page'
  | 'refused'
  | 'mark-missing'
  | 'probe-redirected'
  | 'page'
  | 'mark'
  | 'other-page'
  | 'http-status'
  | 'unreachable'
  | 'foreign-host'
  | 'form-redirected'
  | 'too-many-redirects'
  | 'bad-redirect'

/** What stood in the way of signing in, of ending the session, or of looking again. */
export type ObstacleCode =
  | 'no-url'
  | 'wrong-password'
  | 'not-tried'
  | 'second-factor'
  | 'required-action'
  | 'consent'
  | 'identity-provider'
  | 'needs-javascript'
  | 'error-page'
  | 'unknown-page'
  | 'unencrypted'
  | 'no-login-page'
  | 'not-signed-in'
  | 'always-in'
  | 'always-through-keycloak'
  | 'no-session'
  | 'not-ended'
  | 'stopped'

export const seen = (what: SeenCode, detail: string | number | null = null): Seen => ({
  what,
  detail: detail === null ? null : String(detail),
})

/** One look at the application with the cookies of the drill. `unknown`: it showed neither. */
export interface Look {
  readonly state: 'in' | 'out' | 'unknown'
  readonly seen: Seen
}

/** A look, and when: seconds since Keycloak answered that the session ended. */
export interface TimedLook extends Look {
  readonly seconds: number
}

/**
 * The verdict of the looks after the logout, the first one made at once. An application that stopped answering is not
 * out: it counts as it was seen last.
 * @param isStopped the drill stopped before the time for looking was over
 */
export function verdictOf(
  looks: readonly TimedLook[],
  isStopped: boolean,
): {
  readonly verdict: Exclude<DrillVerdict, 'cannot-sign-in'>
  readonly seconds?: number
  readonly seen: Seen
} {
  const out = looks.find(({ state }) => state === 'out')
  if (out) {
    const { seen } = out
    return out === looks[0]
      ? { verdict: 'out', seen }
      : { verdict: 'out-later', seconds: Math.ceil(out.seconds), seen }
  }
  const last = looks.findLast(({ state }) => state === 'in')
  if (isStopped)
    return {
      verdict: 'unknown',
      seen: seen('stopped', last ? `still signed in after ${Math.floor(last.seconds)} s` : null),
    }
  if (last) return { verdict: 'still-in', seen: last.seen }
  return { verdict: 'unknown', seen: looks.at(-1)?.seen ?? seen('other-page') }
}
