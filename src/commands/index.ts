import type { Register } from './command.ts'

/** A command as the first page of help shows it; the rest is loaded when it is called. */
interface Entry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<{ register: Register }>
}

/** In the order in which people meet them. */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'configure',
    summary: 'sets what logout needs at clients',
    load: () => import('./configure.ts'),
  },
  { name: 'user', summary: 'logs people out, everywhere', load: () => import('./user.ts') },
  {
    name: 'explain',
    summary: "reads Keycloak's log: which logouts failed, and why",
    load: () => import('./explain.ts'),
  },
  {
    name: 'events',
    summary: 'stored events about logouts, with cause and remedy',
    load: () => import('./events.ts'),
  },
]
