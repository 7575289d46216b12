import { notStored } from '../../../core/events/events-config.ts'
import { sightText } from '../../../core/not-visible.ts'
import { commandsAllowed } from '../../../core/roles.ts'
import type { Facts } from '../facts.ts'
import { type Rule, when } from './rule.ts'

/** Seconds. An application that checks only the signature of access tokens accepts one until it expires. */
const LONG_ACCESS_TOKEN = 15 * 60
/** Seconds. */
const LONG_SESSION = 14 * 24 * 3600

/** Rules about server, caller and realm. */
export const REALM_RULES: readonly Rule<Facts>[] = [
  {
    code: 'clients-not-visible',
    severity: 'error',
    check: ({ clients }) => when(clients === undefined),
  },
  {
    code: 'clients-partly-visible',
    severity: 'error',
    check: ({ sight }) => {
      const seen = sight && sightText(sight)
      return seen === undefined ? undefined : { seen }
    },
  },
  {
    code: 'providers-not-visible',
    severity: 'info',
    check: ({ providers }) => when(providers === undefined),
  },
  {
    code: 'role-missing',
    severity: 'warning',
    check: ({ roles }) =>
      roles &&
      commandsAllowed(roles)
        .filter(({ allowed }) => allowed === 'no')
        .map(({ name, roles: missing }) => ({ command: name, roles: missing.join(', ') })),
  },
  {
    code: 'role-not-known',
    severity: 'info',
    check: ({ roles }) =>
      roles &&
      commandsAllowed(roles)
        .filter(({ allowed }) => allowed === 'not-known')
        .map(({ name, roles: open }) => ({ command: name, roles: open.join(', ') })),
  },
  {
    code: 'version-not-known',
    severity: 'info',
    check: ({ server }) => when(server.version === undefined),
  },
  {
    code: 'one-notice-per-client',
    severity: 'info',
    check: ({ server: { version } }) =>
      notifiesOncePerClient(version) ? { version: version ?? '' } : undefined,
  },
  {
    code: 'issuer-elsewhere',
    severity: 'warning',
    check: ({ server: { issuer, url }, realm }) => {
      const here = `${url}/realms/${encodeURIComponent(realm.name)}`
      return issuer === undefined || issuer === here ? undefined : { issuer, here }
    },
  },
  {
    code: 'ssl-not-required',
    severity: 'warning',
    check: ({ realm }) => when(realm.sslRequired?.toLowerCase() === 'none'),
  },
  {
    code: 'events-not-stored',
    severity: 'warning',
    check: ({ events }) => events && notStored(events).map((whose) => ({ whose })),
  },
  {
    code: 'not-before-in-future',
    severity: 'error',
    check: ({ realm: { notBefore = 0 }, now }) =>
      notBefore * 1000 > now ? { whose: 'realm', at: iso(notBefore) } : undefined,
  },
  {
    code: 'not-before-set',
    severity: 'info',
    check: ({ realm: { notBefore = 0 }, now }) =>
      notBefore > 0 && notBefore * 1000 <= now ? { whose: 'realm', at: iso(notBefore) } : undefined,
  },
  {
    code: 'access-token-long',
    severity: 'warning',
    check: ({ realm: { accessTokenLifespan: seconds = 0 } }) =>
      seconds > LONG_ACCESS_TOKEN ? { seconds } : undefined,
  },
  {
    code: 'session-long',
    severity: 'info',
    check: ({ realm: { ssoSessionMaxLifespan: seconds = 0 } }) =>
      seconds > LONG_SESSION ? { seconds } : undefined,
  },
]

export const isLongAccessToken = (seconds: number) => seconds > LONG_ACCESS_TOKEN
export const iso = (seconds: number) => new Date(seconds * 1000).toISOString()

/** keycloak#27359: from 18 to 26.6 a user's logout notifies a client of one of several sessions only. */
function notifiesOncePerClient(version: string | undefined): boolean {
  const parts = /^(\d+)\.(\d+)/.exec(version ?? '')
  if (!parts) return false
  const [major, minor] = [Number(parts[1]), Number(parts[2])]
  return major >= 18 && (major < 26 || (major === 26 && minor < 7))
}
