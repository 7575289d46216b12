/** The roles of `realm-management` that kc-logout needs, by what they are for. */
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

/** Does the caller have it? Undefined where harmless questions do not tell. */
export type RolesHeld = Readonly<Partial<Record<Role, boolean>>>

/** What a command needs: for its main job, and for more than that. */
interface Needs {
  readonly roles: readonly Role[]
  /** `manage-realm for the truth about Admin URLs` */
  readonly more?: readonly { readonly roles: readonly Role[]; readonly what: string }[]
}

/** Commands that ask a realm, with the roles they need. Those that ask none are absent. */
export const NEEDS: Readonly<Record<string, Needs>> = {
  sessions: {
    roles: ['view-clients', 'view-realm'],
    more: [{ roles: ['view-users'], what: 'with --user' }],
  },
  user: {
    roles: ['view-users', 'view-clients', 'manage-users'],
    more: [{ roles: ['view-realm'], what: "for the realm's token lifespan" }],
  },
  all: {
    roles: ['view-clients', 'view-realm', 'manage-users'],
    more: [{ roles: ['manage-realm'], what: 'for Admin URLs and --cut-off-first' }],
  },
  'not-before': {
    roles: ['view-realm', 'view-clients'],
    more: [
      { roles: ['view-users'], what: 'with --user' },
      { roles: ['manage-realm'], what: 'to set and clear' },
      { roles: ['manage-clients'], what: 'alone for set and clear with --client' },
    ],
  },
  configure: {
    roles: ['view-clients', 'manage-clients'],
    more: [{ roles: ['view-clients'], what: 'alone for --check, --export, --dry-run' }],
  },
  doctor: {
    roles: ['view-clients', 'view-realm'],
    more: [{ roles: ['manage-clients'], what: 'with --probe' }],
  },
  events: {
    roles: ['view-events'],
    more: [{ roles: ['manage-events'], what: 'with --enable' }],
  },
}

export interface CommandAllowed {
  readonly name: string
  readonly allowed: 'yes' | 'no' | 'not-known'
  /** Roles that are missing, or of which it is not known. */
  readonly roles: readonly Role[]
}

/** Which commands these roles are enough for: the main job of each. */
export function commandsAllowed(held: RolesHeld): CommandAllowed[] {
  return Object.entries(NEEDS).map(([name, { roles }]) => {
    const missing = roles.filter((role) => held[role] === false)
    const open = roles.filter((role) => held[role] === undefined)
    if (missing.length > 0) return { name, allowed: 'no', roles: missing }
    return { name, allowed: open.length > 0 ? 'not-known' : 'yes', roles: open }
  })
}
