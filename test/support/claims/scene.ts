import { Random } from './random.ts'

/** What kind of client: how Keycloak can notify it, and what is odd about it. */
export const KINDS = [
  'backchannel',
  'admin-url',
  'both',
  'front-channel',
  'front-channel-off',
  'none',
  'saml-post',
  'saml-soap',
  'saml-redirect',
  'saml-processing',
  'disabled',
  'deleted',
  'placeholder',
  'relative',
  'relative-with-root',
  'query',
  'brief',
  'brief-offline',
  'refused',
  'answers-500',
  'resets',
  'slow',
] as const
export type Kind = (typeof KINDS)[number]

export interface SceneClient {
  readonly clientId: string
  readonly kind: Kind
}

/** One sign-in; several clients share the session of one browser. */
export interface SceneSession {
  readonly user: string
  readonly clients: readonly string[]
  readonly how: 'direct' | 'browser' | 'offline' | 'broker'
}

/** Something that happens right before the n-th request of kc-logout that ends sessions. */
export interface Happening {
  readonly at: number
  readonly what:
    | 'disable'
    | 'delete'
    | 'front-channel-on'
    | 'other-url'
    | 'sign-in'
    | 'new-client'
    | 'other-ends'
    | 'lose-answer'
    | 'answer-500'
    | 'interrupt'
  /** For those that change a client or sign a user in. */
  readonly clientId: string
  readonly user: string
}

export interface Scene {
  readonly seed: number
  readonly clients: readonly SceneClient[]
  readonly users: readonly string[]
  readonly sessions: readonly SceneSession[]
  /** Users also come from another realm; does the end of a session end the one there, too? */
  readonly broker: { readonly endsThere: boolean } | undefined
  /** Seconds between the sign-ins and the run. */
  readonly wait: number
  readonly happenings: readonly Happening[]
  readonly command: readonly string[]
}

/** Who have five sessions each. */
const BUSY_USERS = ['eve', 'finn', 'gil', 'hal']
/** Clients whose sessions the client step ends. */
const ENDED_ONE_BY_ONE: readonly Kind[] = ['backchannel', 'refused', 'answers-500', 'resets', 'slow']

const OTHERS: readonly Kind[] = KINDS.filter((kind) => !['backchannel', 'deleted', 'disabled'].includes(kind))
const isSaml = (kind: Kind) => kind.startsWith('saml')

/** The scene of a seed. With `byUser`, one of `all` in which some users' sessions may end by one request each. */
export function sceneOf(seed: number, { byUser = false } = {}): Scene {
  const random = new Random(seed)
  const kinds: Kind[] = ['backchannel', ...random.some(OTHERS, 2, 6)]
  if (random.chance(0.25)) kinds.push('disabled')
  if (random.chance(0.25)) kinds.push('deleted')
  const clients = kinds.map((kind, index) => ({ clientId: `${kind}-${index}`, kind }))
  const users = ['ada', 'bob', 'cleo', 'dan'].slice(0, random.between(2, 4))
  const broker = random.chance(0.2) ? { endsThere: random.chance(0.5) } : undefined
  const oidc = clients.filter(({ kind }) => !isSaml(kind)).map(({ clientId }) => clientId)
  const sessions = Array.from({ length: random.between(3, 12) }, (_, index): SceneSession => {
    const user = random.pick(users)
    if (broker && index < 2) return { user: 'uma', clients: [random.pick(oidc)], how: 'broker' }
    if (random.chance(0.2)) return { user, clients: [random.pick(oidc)], how: 'offline' }
    if (random.chance(0.4)) return { user, clients: [random.pick(oidc)], how: 'direct' }
    return { user, clients: random.some(clients, 1, 4).map(({ clientId }) => clientId), how: 'browser' }
  })
  // `all` logs such users out by one request each, once their applications have answered.
  const busy = byUser ? BUSY_USERS : []
  const oneByOne = clients.filter(({ kind }) => ENDED_ONE_BY_ONE.includes(kind))
  for (const user of busy)
    for (let index = 0; index < 5; index++)
      sessions.push({ user, clients: [random.pick(oneByOne).clientId], how: 'direct' })
  const hasBrief = kinds.some((kind) => kind.startsWith('brief'))
  return {
    ...{ seed, clients, users: [...users, ...busy], sessions, broker },
    wait: hasBrief ? random.pick([0, 2, 4.5, 4.5]) : 0,
    happenings: happeningsOf(random, oidc, [...users, ...busy], sessions.length),
    command: byUser ? commandByUser(random) : commandOf(random, oidc, users),
  }
}

function happeningsOf(
  random: Random,
  clientIds: readonly string[],
  users: readonly string[],
  sessions: number,
): Happening[] {
  const whats = [
    ...(['disable', 'delete', 'front-channel-on', 'other-url', 'sign-in', 'sign-in', 'new-client'] as const),
    ...(['other-ends', 'other-ends', 'lose-answer', 'answer-500', 'interrupt', 'interrupt'] as const),
  ]
  return Array.from({ length: random.pick([0, 0, 1, 1, 2]) }, () => ({
    at: random.between(0, Math.max(6, sessions)),
    what: random.pick(whats),
    clientId: random.pick(clientIds),
    user: random.pick(users),
  }))
}

const concurrencyOf = (random: Random) => ['--concurrency', String(random.pick([1, 2, 8]))]

const commandByUser = (random: Random): string[] => [
  'all',
  ...random.pick([[], [], ['--offline-sessions'], ['--cut-off-first'], ['--force-realm-step']]),
  ...concurrencyOf(random),
]

function commandOf(random: Random, clientIds: readonly string[], users: readonly string[]): string[] {
  const concurrency = concurrencyOf(random)
  const strict = random.chance(0.3) ? ['--strict'] : []
  const client = ['--client', random.pick(clientIds)]
  if (random.chance(0.4)) {
    const options = random.pick([[], [], ['--offline-sessions'], ['--keep-offline-sessions'], client])
    return ['user', ...random.some(users, 1, users.length), ...options, ...strict, ...concurrency]
  }
  const options = random.pick([
    ...[[], [], [], ['--no-realm-step'], ['--offline-sessions'], ['--keep-offline-sessions']],
    ...[['--realm-step-only'], ['--force-realm-step'], ['--cut-off-first'], client],
    ...[
      ['--exclude-user', random.pick(users)],
      ['--no-realm-step', '--offline-sessions'],
    ],
  ])
  return ['all', ...options, ...strict, ...concurrency]
}
