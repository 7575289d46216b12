import { beforeEach } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { EXIT, UserError } from '../../src/errors.ts'
import { type VirtualClock, virtualClock } from './clock.ts'
import { commandLine, type Ran, type World } from './command-line.ts'
import { FakeKeycloak } from './fake-keycloak.ts'

/** A realm for unit tests of `all`, new for each test, and the command run in it. */
export interface AllRealm {
  readonly clock: VirtualClock
  readonly keycloak: FakeKeycloak
  /** Replaces the realm by one of another version. */
  useVersion(version: string): void
  /** Runs the command as a script does. */
  all(args?: string, world?: World): Promise<Ran>
  /** With `--confirm` and `--json`. */
  confirmed(args?: string, world?: World): Promise<Ran>
  /** The operations that were sent, with their first argument: `endSession s0`. */
  operations(): string[]
  /** Ids of the active sessions. */
  active(): string[]
  /** Each call to a client: its clientId, and the session's id in a logout token. */
  notified(): string[]
  signIn(username: string, id: string, clients?: string[], offline?: boolean): void
  /** Sessions `s0`, `s1`, … at shop, each of a user of its own. */
  signInEach(count: number): void
  /** Makes the end of this session fail. */
  failsFor(id: string, how?: () => Error): void
}

/** Clients: shop (Backchannel Logout URL), desk (Admin URL), both. Users: ada, bob, cleo. */
export function allRealm(): AllRealm {
  let clock = virtualClock()
  let keycloak = realmOf(clock, '26.7.4')
  beforeEach(() => {
    clock = virtualClock()
    keycloak = realmOf(clock, '26.7.4')
  })
  const realm: AllRealm = {
    get clock() {
      return clock
    },
    get keycloak() {
      return keycloak
    },
    useVersion: (version) => {
      keycloak = realmOf(clock, version)
    },
    all: (args = '', world = {}) =>
      commandLine(keycloak, { clock, ...world })('all', ...args.split(' ').filter(Boolean)),
    confirmed: (args = '', world = {}) => realm.all(`--confirm customers --json ${args}`, world),
    operations: () => keycloak.operations.map(({ name, args }) => [name, args[0]].filter(Boolean).join(' ')),
    active: () => keycloak.sessions.map(({ id }) => id),
    notified: () =>
      keycloak.deliveries.map(({ clientId, sid }) => [clientId, sid].filter(Boolean).join(' ')).sort(),
    signIn: (username, id, clients = ['shop'], offline = false) =>
      void keycloak.addSession({ id, username, clients, offline }),
    signInEach(count) {
      for (let index = 0; index < count; index++) {
        realm.keycloak.addUser(`user-${index}`)
        realm.signIn(`user-${index}`, `s${index}`)
      }
    },
    failsFor: (id, how = serverError) =>
      keycloak.on('endSession', (ended) => {
        if (ended === id) throw how()
      }),
  }
  return realm
}

function realmOf(clock: VirtualClock, version: string): FakeKeycloak {
  const realm = new FakeKeycloak({ now: clock.now, version })
  realm.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  realm.addClient({ clientId: 'desk', adminUrl: 'https://desk.example/admin' })
  realm.addClient({
    clientId: 'both',
    backchannelLogoutUrl: 'https://both.example/logout',
    adminUrl: 'https://both.example/admin',
  })
  for (const name of ['ada', 'bob', 'cleo']) realm.addUser(name, { id: `id-${name}` })
  // A request takes time: so the watch looks more than once, and things can happen during the run.
  realm.on('sessionCounts', () => clock.sleep(20))
  return realm
}

export const resultOf = (ran: Ran) => ran.json<AllOutcome & { schemaVersion: number }>()
export const errorOf = (ran: Ran) =>
  ran.json<{ error: { code: string; message: string; hint: string } }>().error

export const missingRole = () =>
  new UserError('role-missing', 'The role is missing.', { exitCode: EXIT.denied })
export const serverError = () => new UserError('server-error', 'It failed.')
