import type { User } from './model.ts'

/** The roles of the client `realm-management` that kc-logout uses. */
export const ROLES = [
  'view-realm',
  'view-clients',
  'view-users',
  'view-events',
  'manage-users',
  'manage-clients',
  'manage-realm',
  'manage-events',
] as const
export type Role = (typeof ROLES)[number]

/** Which roles the caller has; undefined if read-only requests cannot tell. */
export type RolesHeld = Readonly<Partial<Record<Role, boolean>>>

/** The roles a command needs, and those that some of its options need. */
interface Needs {
  readonly roles: readonly Role[]
  /** For example `manage-realm for Admin URLs and --cut-off-first`. */
  readonly more?: readonly { readonly roles: readonly Role[]; readonly what: string }[]
  /** Subcommands with different roles. */
  readonly parts?: Readonly<Record<string, readonly Role[]>>
}

/** The roles each command needs. Commands that send no admin requests are absent. */
export const NEEDS: Readonly<Record<string, Needs>> = {
  sessions: {
    roles: ['view-clients', 'view-realm'],
    more: [{ roles: ['view-users'], what: 'to choose users' }],
  },
  user: {
    roles: ['view-users', 'view-clients', 'manage-users'],
    more: [{ roles: ['view-realm'], what: "for the realm's token lifespan" }],
  },
  all: {
    roles: ['view-clients', 'view-realm', 'manage-users'],
    more: [
      { roles: ['manage-realm'], what: 'for Admin URLs and --cut-off-first' },
      { roles: ['manage-clients'], what: 'for --hold-back cut-off' },
    ],
  },
  'not-before': {
    roles: ['view-realm', 'view-clients'],
    parts: { show: ['view-realm', 'view-clients'], set: ['manage-realm'] },
    more: [
      { roles: ['view-users'], what: 'with --user' },
      { roles: ['manage-realm'], what: 'to set and clear' },
      { roles: ['manage-clients'], what: 'is enough for set and clear with --client' },
    ],
  },
  configure: {
    roles: ['view-clients', 'manage-clients'],
    more: [{ roles: ['view-clients'], what: 'is enough for --check, --export, --dry-run' }],
  },
  doctor: {
    roles: ['view-clients', 'view-realm'],
    more: [{ roles: ['manage-clients'], what: 'with --probe' }],
  },
  drill: { roles: ['view-users', 'view-clients', 'manage-users'] },
  events: {
    roles: ['view-events'],
    more: [{ roles: ['manage-events'], what: 'with --enable' }],
  },
}

/** Whether the caller's roles are enough for a command. */
export interface CommandAllowed {
  readonly name: string
  readonly allowed: 'yes' | 'no' | 'not-known'
  /** The missing roles, or those that are not known. */
  readonly roles: readonly Role[]
}

/** Returns for each command whether these roles are enough for it, options aside. */
export function commandsAllowed(held: RolesHeld): CommandAllowed[] {
  return Object.entries(NEEDS)
    .flatMap(([name, { roles, parts }]) =>
      parts
        ? Object.entries(parts).map(([part, needed]) => ({ name: `${name} ${part}`, roles: needed }))
        : [{ name, roles }],
    )
    .map(({ name, roles }) => {
      const missing = roles.filter((role) => held[role] === false)
      const open = roles.filter((role) => held[role] === undefined)
      if (missing.length > 0) return { name, allowed: 'no', roles: missing }
      return { name, allowed: open.length > 0 ? 'not-known' : 'yes', roles: open }
    })
}

/**
 * May the caller log this user out? Fine-grained admin permissions can allow it for single users without the role
 * manage-users. Undefined where Keycloak does not say.
 */
export const mayManageUser = ({ access }: Pick<User, 'access'>): boolean | undefined => access?.manage
