import fc from 'fast-check'
import { expect, it } from 'vitest'
import { virtualClock } from '../../../test/support/clock.ts'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { mishapsAt, prepareMishaps } from '../../../test/support/mishaps.ts'
import type { AllOutcome } from './outcome.ts'
import type { AllReport as Report } from './report/all-report.ts'

/** Compares the outcome of `all` with what really happened to each session, for any mishap at any time. */
const CLIENTS = ['mail', 'shop', 'desk', 'wiki'] as const
const OPTIONS = [
  '',
  '--no-realm-step',
  '--offline-sessions',
  '--force-realm-step',
  '--realm-step-only',
  '--cut-off-first',
  '--no-realm-step --offline-sessions',
] as const
const METHODS = ['sessionCounts', 'clientSessions', 'endSession', 'logoutRealm', 'pushRevocation'] as const

const scene = fc.record({
  sessions: fc.array(fc.subarray([...CLIENTS], { minLength: 1 }), { maxLength: 6 }),
  offline: fc.nat({ max: 2 }),
  options: fc.constantFrom(...OPTIONS),
  mishaps: mishapsAt(METHODS),
})
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never

function prepare({ sessions, offline, mishaps }: Scene) {
  const clock = virtualClock()
  const keycloak = new FakeKeycloak({ now: clock.now })
  const controller = new AbortController()
  keycloak.addClient({ clientId: 'mail', backchannelLogoutUrl: 'https://mail.example/logout' })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  keycloak.addClient({ clientId: 'desk', adminUrl: 'https://desk.example/admin' })
  keycloak.addClient({ clientId: 'wiki' })
  sessions.forEach((clients, i) => {
    keycloak.addSession({ id: `s${i}`, username: `user-${i % 4}`, clients })
  })
  for (let i = 0; i < offline; i++)
    keycloak.addSession({ id: `o${i}`, username: `user-${i}`, clients: ['shop'], offline: true })
  const planned = [...keycloak.sessions]
  prepareMishaps(keycloak, METHODS, mishaps, {
    clock,
    interrupt: () => controller.abort('SIGINT'),
    join: (at) => {
      // Before the plan, it would be part of it.
      if (at === 'endSession' || at === 'logoutRealm')
        keycloak.addSession({ username: 'later', clients: ['shop', 'wiki'] })
    },
  })
  return { clock, keycloak, controller, planned }
}

it('never claims more than happened to the sessions', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (given) => {
      const { clock, keycloak, controller, planned } = prepare(given)
      const argv = ['all', '--confirm', 'customers', '--json', '--report', 'r.json']
      const ran = await commandLine(keycloak, { clock, signal: controller.signal })(
        ...argv,
        ...given.options.split(' ').filter(Boolean),
      )
      const outcome = ran.json<AllOutcome | { readonly error: object }>()
      // An error before the first step: no session ended.
      if (!('act' in outcome))
        return void expect(keycloak.operations.filter(({ name }) => name === 'endSession')).toEqual([])

      const isActive = ({ id, offline }: { readonly id: string; readonly offline: boolean }) =>
        keycloak.sessions.some((one) => one.id === id && one.offline === offline)
      const left = planned.filter((one) => isActive(one) && (!one.offline || outcome.steps.offline > 0))
      for (const { sessions, ended, gone, unknown, failed, untried } of outcome.phases)
        expect(ended + gone + unknown + failed.length + untried).toBe(sessions)
      if (outcome.after.left !== null) expect(outcome.after.left).toBe(left.length)
      if (outcome.verdict === 'done') expect(left).toEqual([])

      const tokens = keycloak.deliveries.filter(({ channel }) => channel === 'backchannel')
      for (const { clientId, channel, expectation, ended, sessions, notifications } of outcome.clients) {
        expect(ended).toBeLessThanOrEqual(sessions)
        if (channel === 'backchannel' && expectation === 'notified')
          expect(ended).toBeLessThanOrEqual(tokens.filter((one) => one.clientId === clientId).length)
        const calls = keycloak.deliveries.filter((one) => one.clientId === clientId).length
        const { min, max } = notifications.expected
        expect({ clientId, calls, isWithin: min <= calls && calls <= max }).toMatchObject({ isWithin: true })
      }
      const wasSent = keycloak.operations.some(({ name }) => name === 'logoutRealm')
      for (const { channel, delivery } of outcome.clients)
        if (channel === 'admin-url' && delivery !== 'none') expect(wasSent).toBe(true)

      const unnotified = planned.filter(
        ({ id, offline, clients }) =>
          !offline &&
          !isActive({ id, offline }) &&
          clients.some(({ clientId }) => clientId === 'shop' || clientId === 'mail') &&
          !tokens.some(({ sid }) => sid === id),
      )
      if (outcome.endedUnnotified !== null)
        expect(outcome.endedUnnotified).toBeGreaterThanOrEqual(unnotified.length)
      const report: Report = JSON.parse(ran.saved['r.json'] ?? '')
      expect(report.exitCode).toBe(ran.code)
    }),
    { numRuns: 500 },
  )
})
