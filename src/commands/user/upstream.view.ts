import type { Upstream } from '../../core/upstream.ts'
import { type Line, warn } from '../../ui/text.ts'

/** What becomes of the user's session at each identity provider. */
export const upstreamLines = (upstreams: readonly Upstream[], isPlan: boolean): Line[] =>
  upstreams.map(({ alias, endsSession }) => [warn(`identity provider ${alias}: `), text(endsSession, isPlan)])

function text(endsSession: boolean | null, isPlan: boolean): string {
  if (endsSession === null)
    return 'it is unknown whether the session there ends; if not, the user comes back without a password'
  if (!endsSession)
    return `the session there ${isPlan ? 'does not end' : 'was not ended'}: the user may come back without a password (--disable locks the account)`
  return isPlan
    ? 'sessions that began there end there too, and its applications are notified'
    : 'Keycloak also logs the user out there, for sessions that began there; whether that worked is unknown'
}
