import { beforeEach } from 'vitest'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import { EXIT, UserError } from '../../src/errors.ts'
import { type VirtualClock, virtualClock } from './clock.ts'
import { commandLine, type Ran, type World } from './command-line.ts'
import { FakeKeycloak } from './fake-keycloak.ts'

/*
 * `kc-logout user` against a fake Keycloak with three clients and two users. Importing this file gives each test of the
 * importing file a new Keycloak and a new clock.
 */

export let clock: VirtualClock
export let keycloak: FakeKeycloak

beforeEach(() => {
  clock = virtualClock()
  useKeycloak({})
})

/** Replaces the Keycloak of this test. */
export function useKeycloak({ version = '26.7.4' }: { version?: string }): void {
  keycloak = new FakeKeycloak({ now: clock.now, version })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  keycloak.addClient({ clientId: 'desk', adminUrl: 'https://desk.example/admin' })
  keycloak.addClient({ clientId: 'chat', backchannelLogoutUrl: 'https://chat.example/logout' })
  keycloak.addUser('ada', { id: 'id-ada', email: 'ada@example.com' })
  keycloak.addUser('bob', { id: 'id-bob' })
}

/** Runs `kc-logout user` with these arguments. */
export const user = (args: string, world: World = {}): Promise<Ran> =>
  commandLine(keycloak, { clock, ...world })('user', ...args.split(' ').filter(Boolean))

export const resultOf = (ran: Ran) => ran.json<UserOutcome & { schemaVersion: number }>()
export const errorOf = (ran: Ran) =>
  ran.json<{ error: { code: string; hint: string; exitCode: number } }>().error

/** Starts a session of ada. */
export const signIn = (id: string, clients = ['shop'], seed: Record<string, unknown> = {}) =>
  keycloak.addSession({ id, username: 'ada', clients, ...seed })

/** The changing requests so far: `endSession s1`. */
export const operations = () => keycloak.operations.map(({ name, args }) => `${name} ${args[0]}`)
/** The ids of active sessions. */
export const active = () => keycloak.sessions.map(({ id, offline }) => (offline ? `${id} offline` : id))
/** The logout tokens sent so far: `shop s1`. */
export const notified = () => keycloak.deliveries.map(({ clientId, sid }) => `${clientId} ${sid}`).sort()

export const serverError = (code = 'server-error') => new UserError(code, 'It failed.')
export const missingRole = () =>
  new UserError('role-missing', 'The role is missing.', { exitCode: EXIT.denied })
export const connectionClosed = () =>
  new UserError('connection-closed', 'It broke off.', { exitCode: EXIT.unreachable })
export const interrupted = () => new UserError('interrupted', 'Interrupted.', { exitCode: EXIT.interrupted })
export const connectionRefused = () =>
  new UserError('refused-connection', 'It has gone.', { exitCode: EXIT.unreachable })
