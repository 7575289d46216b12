import type { CommandEntry } from './cli/command.ts'

/** The commands, in the order and the groups of the first help page. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'user',
    group: 'Log out',
    summary: 'Log users out everywhere',
    severalRealms: true,
    load: () => import('./commands/user/command.ts'),
  },
  {
    name: 'all',
    group: 'Log out',
    summary: 'Log out all users of the realm',
    severalRealms: true,
    load: () => import('./commands/all/command.ts'),
  },
  {
    name: 'not-before',
    group: 'Log out',
    summary: 'Show, set or clear the not-before of tokens',
    load: () => import('./commands/not-before/command.ts'),
  },
  {
    name: 'sessions',
    group: 'Look',
    summary: 'Show sessions, and what a logout would reach',
    severalRealms: true,
    load: () => import('./commands/sessions/command.ts'),
  },
  {
    name: 'events',
    group: 'Look',
    summary: 'Show stored logout events, with causes and fixes',
    load: () => import('./commands/events/command.ts'),
  },
  {
    name: 'audit',
    group: 'Look',
    summary: "Search applications' audit logs (experimental)",
    load: () => import('./commands/audit/command.ts'),
  },
  {
    name: 'doctor',
    group: 'Set up',
    summary: 'Find what would go wrong with a logout',
    severalRealms: true,
    load: () => import('./commands/doctor/command.ts'),
  },
  {
    name: 'drill',
    group: 'Set up',
    summary: 'Prove that users are out after a logout',
    load: () => import('./commands/drill/command.ts'),
  },
  {
    name: 'configure',
    group: 'Set up',
    summary: 'Set the logout settings of clients',
    severalRealms: true,
    load: () => import('./commands/configure/command.ts'),
  },
  {
    name: 'logout-url',
    group: 'Set up',
    summary: 'Build the logout URL of an application',
    load: () => import('./commands/logout-url/command.ts'),
  },
  {
    name: 'completion',
    group: 'Set up',
    summary: 'Print a completion script for your shell',
    load: () => import('./commands/completion/command.ts'),
  },
  {
    name: 'inspect-token',
    group: 'Understand',
    summary: 'Explain a token and why it is rejected',
    load: () => import('./commands/inspect-token/command.ts'),
  },
  {
    name: 'listen',
    group: 'Understand',
    summary: 'Receive, check and answer logout requests',
    load: () => import('./commands/listen/command.ts'),
  },
  {
    name: 'explain',
    group: 'Understand',
    summary: "Find failed logouts in Keycloak's server log",
    load: () => import('./commands/explain/command.ts'),
  },
  {
    name: 'schema',
    group: 'Understand',
    summary: 'Print the JSON Schema of a --json document',
    load: () => import('./commands/schema/command.ts'),
  },
  {
    name: 'login',
    group: 'Sign in',
    summary: 'Sign in and store the sign-in in a profile',
    load: () => import('./commands/auth/login.ts'),
  },
  {
    name: 'logout',
    group: 'Sign in',
    summary: 'Remove the active profile and its session',
    load: () => import('./commands/auth/logout.ts'),
  },
  {
    name: 'whoami',
    group: 'Sign in',
    summary: 'Show who is signed in, and the allowed commands',
    load: () => import('./commands/auth/whoami.ts'),
  },
  {
    name: 'profile',
    group: 'Sign in',
    summary: 'List, show, choose and remove profiles',
    load: () => import('./commands/auth/profile.ts'),
  },
]

/** Called by scripts; no help page lists them. */
export const HIDDEN: readonly CommandEntry[] = [
  {
    name: '__complete',
    group: '',
    summary: '',
    load: async () => {
      const { register } = await import('./commands/completion/complete.ts')
      return { register: (program, start) => register(program, start, COMMANDS) }
    },
  },
]
