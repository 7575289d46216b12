import { beforeEach } from 'vitest'
import { EXIT, UserError } from '../../src/errors.ts'
import { type EndOptions, endSessions } from '../../src/sessions/end/end-sessions.ts'
import { type SessionTarget, targetMapper } from '../../src/sessions/target.ts'
import { type VirtualClock, virtualClock } from './clock.ts'
import { FakeKeycloak } from './fake-keycloak.ts'

/*
 * Ends sessions of a fake Keycloak with an application that hangs, a healthy one and one without a URL. Importing this
 * file gives each test of the importing file a new Keycloak and a new clock.
 */

export const QUICK = 10
export const HANGS = 5_000

export let clock: VirtualClock
export let keycloak: FakeKeycloak
beforeEach(() => {
  clock = virtualClock()
  keycloak = new FakeKeycloak({ now: clock.now })
  for (const clientId of ['hanging', 'healthy'])
    keycloak.addClient({ clientId, backchannelLogoutUrl: `https://${clientId}.example/logout` })
  keycloak.addClient({ clientId: 'silent' })
})

/** One session for each of these clients. */
export const sessionsAt = async (...clients: readonly string[]): Promise<SessionTarget[]> => {
  const targetOf = targetMapper(await keycloak.clients())
  return clients.map((client) =>
    targetOf(keycloak.addSession({ username: 'ada', clients: client.split('+') })),
  )
}
export const times = (count: number, client: string) => Array.from({ length: count }, () => client)

/** Makes ending a session take as long as its applications take to answer. */
export const takes = (milliseconds: (target: SessionTarget) => number, targets: readonly SessionTarget[]) => {
  const of = new Map(targets.map((target) => [target.id, target]))
  keycloak.on('endSession', async (id) => {
    const target = of.get(id as string)
    if (target) await clock.sleep(milliseconds(target))
  })
}
export const hangsAtHanging = ({ notified }: SessionTarget) => (notified.includes('hanging') ? HANGS : QUICK)

export const end = (
  targets: readonly SessionTarget[],
  options: Partial<EndOptions> = {},
  signal = new AbortController().signal,
) => endSessions(targets, keycloak, { ...clock, signal }, { concurrency: 8, actTimeout: 600, ...options })

export const UNREACHABLE = { exitCode: EXIT.unreachable }
export const unreachable = () => new UserError('refused-connection', 'gone', { exitCode: EXIT.unreachable })
