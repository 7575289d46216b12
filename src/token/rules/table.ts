import type { Kind } from '../kind.ts'
import { ACCESS_RULES } from './access.ts'
import { ADMIN_ACTION_RULES } from './admin-action.ts'
import { ALL_COMMON_RULES, COMMON_RULES } from './common.ts'
import { ID_RULES } from './id.ts'
import { LOGOUT_RULES } from './logout.ts'
import { LOGOUT_EVENT_RULES } from './logout-events.ts'
import { LOGOUT_SESSION_RULES } from './logout-session.ts'
import { REFRESH_RULES } from './refresh.ts'
import type { Rule } from './rule.ts'

const byId = (rules: readonly Rule[]) => [...rules].sort((a, b) => (a.id < b.id ? -1 : 1))

const LOGOUT = byId([...LOGOUT_RULES, ...LOGOUT_EVENT_RULES, ...LOGOUT_SESSION_RULES])

/** The rules for each kind of token, in the order in which they are reported. */
export const RULES: Readonly<Record<Kind, readonly Rule[]>> = {
  logout: [...LOGOUT, ...COMMON_RULES.logout],
  id: [...ID_RULES, ...COMMON_RULES.id],
  access: [...ACCESS_RULES, ...COMMON_RULES.access],
  refresh: [...REFRESH_RULES, ...COMMON_RULES.refresh],
  offline: [...REFRESH_RULES, ...COMMON_RULES.offline],
  'admin-action': [...ADMIN_ACTION_RULES, ...COMMON_RULES['admin-action']],
  'identity-cookie': COMMON_RULES['identity-cookie'],
  encrypted: COMMON_RULES.encrypted,
  unknown: COMMON_RULES.unknown,
}

/** Every rule once. */
export const ALL_RULES: readonly Rule[] = [
  ...LOGOUT,
  ...ID_RULES,
  ...ACCESS_RULES,
  ...REFRESH_RULES,
  ...ADMIN_ACTION_RULES,
  ...ALL_COMMON_RULES,
]
