import type { Kind } from '../kind.ts'
import { ACCESS_RULES } from './access.ts'
import { ACTION_TOKEN_RULES } from './action-token.ts'
import { ADMIN_ACTION_RULES } from './admin-action.ts'
import { CLIENT_ASSERTION_RULES } from './client-assertion.ts'
import { ALL_COMMON_RULES, COMMON_RULES } from './common.ts'
import { DPOP_RULES } from './dpop.ts'
import { ID_RULES } from './id.ts'
import { LOGOUT_RULES } from './logout.ts'
import { LOGOUT_EVENT_RULES } from './logout-events.ts'
import { LOGOUT_SESSION_RULES } from './logout-session.ts'
import { REFRESH_RULES } from './refresh.ts'
import { REGISTRATION_RULES } from './registration.ts'
import type { Rule } from './rule.ts'
import { SECURITY_EVENT_RULES } from './security-event.ts'

const byId = (rules: readonly Rule[]) => [...rules].sort((a, b) => (a.id < b.id ? -1 : 1))

const LOGOUT = byId([...LOGOUT_RULES, ...LOGOUT_EVENT_RULES, ...LOGOUT_SESSION_RULES])

const SECURITY_EVENT = byId(SECURITY_EVENT_RULES)

/** The rules for each kind of token, in the order in which they are reported. */
export const RULES: Readonly<Record<Kind, readonly Rule[]>> = {
  logout: [...LOGOUT, ...byId(COMMON_RULES.logout)],
  id: [...ID_RULES, ...byId(COMMON_RULES.id)],
  access: [...ACCESS_RULES, ...byId(COMMON_RULES.access)],
  refresh: [...REFRESH_RULES, ...byId(COMMON_RULES.refresh)],
  offline: [...REFRESH_RULES, ...byId(COMMON_RULES.offline)],
  'security-event': [...SECURITY_EVENT, ...byId(COMMON_RULES['security-event'])],
  'client-assertion': [...CLIENT_ASSERTION_RULES, ...byId(COMMON_RULES['client-assertion'])],
  'dpop-proof': [...DPOP_RULES, ...byId(COMMON_RULES['dpop-proof'])],
  'action-token': [...ACTION_TOKEN_RULES, ...byId(COMMON_RULES['action-token'])],
  registration: [...REGISTRATION_RULES, ...byId(COMMON_RULES.registration)],
  'admin-action': [...ADMIN_ACTION_RULES, ...byId(COMMON_RULES['admin-action'])],
  'identity-cookie': byId(COMMON_RULES['identity-cookie']),
  encrypted: COMMON_RULES.encrypted,
  opaque: COMMON_RULES.opaque,
  unknown: byId(COMMON_RULES.unknown),
}

/** Every rule once. */
export const ALL_RULES: readonly Rule[] = [
  ...LOGOUT,
  ...ID_RULES,
  ...ACCESS_RULES,
  ...REFRESH_RULES,
  ...SECURITY_EVENT,
  ...CLIENT_ASSERTION_RULES,
  ...DPOP_RULES,
  ...ACTION_TOKEN_RULES,
  ...REGISTRATION_RULES,
  ...ADMIN_ACTION_RULES,
  ...ALL_COMMON_RULES,
]
