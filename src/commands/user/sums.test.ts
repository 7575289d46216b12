import fc from 'fast-check'
import { expect, it } from 'vitest'
import { virtualClock } from '../../../test/support/clock.ts'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { mishapsAt, prepareMishaps } from '../../../test/support/mishaps.ts'
import { EXIT } from '../../errors.ts'
import type { UserOutcome } from './outcome.ts'

/** Whatever goes wrong when: what `user` says is held against what really became of people and their sessions. */
const CLIENTS = ['mail', 'shop', 'wiki'] as const
const PEOPLE = ['ada', 'bob'] as const
const OPTIONS = ['', '--offline-sessions', '--keep-offline-sessions', '--disable'] as const
const ASKED = ['sessionsOf', 'endSession', 'logoutUser', 'setUserEnabled', 'findUserById'] as const

const scene = fc.record({
  sessions: fc.array(fc.subarray([...CLIENTS], { minLength: 1 }), { maxLength: 5 }),
  offline: fc.boolean(),
  options: fc.constantFrom(...OPTIONS),
  mishaps: mishapsAt(ASKED),
})
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never

function prepare({ sessions, offline, mishaps }: Scene) {
  const clock = virtualClock()
  const keycloak = new FakeKeycloak({ now: clock.now })
  const controller = new AbortController()
  keycloak.addClient({ clientId: 'mail', backchannelLogoutUrl: 'https://mail.example/logout' })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  keycloak.addClient({ clientId: 'wiki' })
  for (const name of PEOPLE) keycloak.addUser(name, { id: `id-${name}` })
  sessions.forEach((clients, i) => {
    keycloak.addSession({ id: `s${i}`, username: PEOPLE[i % 2] ?? 'ada', clients })
  })
  if (offline) keycloak.addSession({ id: 'o', username: 'ada', clients: ['shop'], offline: true })
  prepareMishaps(keycloak, ASKED, mishaps, {
    clock,
    interrupt: () => controller.abort('SIGINT'),
    join: (at) => {
      if (at !== 'sessionsOf') keycloak.addSession({ username: 'ada', clients: ['shop', 'wiki'] })
    },
  })
  return { clock, keycloak, controller }
}

it('never says more than became of people and their sessions', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (given) => {
      const { clock, keycloak, controller } = prepare(given)
      const ran = await commandLine(keycloak, { clock, signal: controller.signal })(
        ...['user', ...PEOPLE, '--yes', '--json', ...given.options.split(' ').filter(Boolean)],
      )
      const said = ran.json<UserOutcome | { readonly error: object }>()
      // It came to nothing before the act began: then there is an error, and nothing was done.
      if (!('act' in said)) return void expect(keycloak.acts).toEqual([])

      const lives = ({ id, offline }: { readonly id: string; readonly offline: boolean }) =>
        keycloak.sessions.some((one) => one.id === id && one.offline === offline)
      const deliveries = keycloak.deliveries
      for (const person of said.users) {
        keycloak.on('findUserById', () => undefined)
        const real = await keycloak.findUserById(person.id)
        for (const session of person.sessions)
          if (person.lookedAgain) expect([session.id, session.ended]).toEqual([session.id, !lives(session)])
        const isSet = (real?.notBefore ?? 0) > 0
        if (person.notBeforeSet !== null) expect(person.notBeforeSet).toBe(isSet)
        if (person.disabled !== null) expect(person.disabled).toBe(real?.enabled === false)
        if (person.verdict === 'done') {
          expect(person.sessionsLeft).toBe(0)
          if (person.setsNotBefore) expect(isSet).toBe(true)
          if (person.disables) expect(real?.enabled).toBe(false)
        }
        for (const { ended, sessions } of person.clients) expect(ended).toBeLessThanOrEqual(sessions)
      }
      for (const clientId of ['mail', 'shop']) {
        const claimed = said.users
          .flatMap(({ clients }) => clients)
          .filter((client) => client.clientId === clientId && client.delivery === 'unconfirmed')
          .reduce((sum, { ended }) => sum + ended, 0)
        expect(claimed).toBeLessThanOrEqual(deliveries.filter((one) => one.clientId === clientId).length)
      }
      if (ran.code === EXIT.ok) {
        const left = said.users.flatMap(({ sessions }) => sessions).filter((one) => one.planned && lives(one))
        expect(left).toEqual([])
      }
    }),
    { numRuns: 500 },
  )
})
