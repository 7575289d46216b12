import type { CommandEntry } from './cli/command.ts'

/** The commands, in the order of the first help page. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'sessions',
    summary: 'who is signed in, and which clients a logout would reach',
    load: () => import('./commands/sessions/command.ts'),
  },
  {
    name: 'all',
    summary: 'logs everybody in the realm out',
    load: () => import('./commands/all/command.ts'),
  },
  {
    name: 'configure',
    summary: 'sets what logout needs at clients',
    load: () => import('./commands/configure/command.ts'),
  },
  { name: 'user', summary: 'logs people out, everywhere', load: () => import('./commands/user/command.ts') },
  {
    name: 'not-before',
    summary: 'the moment before which issued tokens are stale: show, set, clear',
    load: () => import('./commands/not-before/command.ts'),
  },
  {
    name: 'inspect-token',
    summary: 'explains a token, and why it is rejected',
    load: () => import('./commands/inspect-token/command.ts'),
  },
  {
    name: 'listen',
    summary: 'receives logout requests, and checks and answers them',
    load: () => import('./commands/listen/command.ts'),
  },
  {
    name: 'explain',
    summary: "reads Keycloak's log: which logouts failed, and why",
    load: () => import('./commands/explain/command.ts'),
  },
  {
    name: 'events',
    summary: 'stored events about logouts, with cause and remedy',
    load: () => import('./commands/events/command.ts'),
  },
  {
    name: 'login',
    summary: 'signs in once, so that no other command needs to be told who and where',
    load: () => import('./commands/auth/login.ts'),
  },
  {
    name: 'whoami',
    summary: 'who is signed in, and what the roles allow',
    load: () => import('./commands/auth/whoami.ts'),
  },
  {
    name: 'profile',
    summary: 'what `login` keeps: list, show, use, remove',
    load: () => import('./commands/auth/profile.ts'),
  },
  {
    name: 'logout-url',
    summary: 'the URL by which an application logs a person out',
    load: () => import('./commands/logout-url/command.ts'),
  },
  {
    name: 'doctor',
    summary: 'what would go wrong with a logout, before it does',
    load: () => import('./commands/doctor/command.ts'),
  },
  {
    name: 'audit',
    summary: "applications' own audit logs: was the logout received? (experimental)",
    load: () => import('./commands/audit/command.ts'),
  },
  {
    name: 'completion',
    summary: 'has the shell complete commands, options, clients and realms',
    load: () => import('./commands/completion/command.ts'),
  },
  {
    name: 'schema',
    summary: 'Print the JSON Schema of a document that --json prints',
    load: () => import('./commands/schema/command.ts'),
  },
]

/** Called by scripts; no help page lists them. */
export const HIDDEN: readonly CommandEntry[] = [
  {
    name: '__complete',
    summary: '',
    load: async () => {
      const { register } = await import('./commands/completion/complete.ts')
      return { register: (program, start) => register(program, start, COMMANDS) }
    },
  },
]
