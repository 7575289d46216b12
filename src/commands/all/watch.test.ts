import { beforeEach, describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../../test/support/clock.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { EXIT, UserError } from '../../errors.ts'
import { watched } from './watch.ts'

const LOOK = 50
const ACT = 1_000

let clock: VirtualClock
let keycloak: FakeKeycloak
beforeEach(() => {
  clock = virtualClock()
  keycloak = new FakeKeycloak({ now: clock.now })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/x' })
  keycloak.addClient({ clientId: 'desk', adminUrl: 'https://desk.example/x' })
  keycloak.on('sessionCounts', () => clock.sleep(LOOK))
})

const shop = async () => (await keycloak.clients()).filter(({ clientId }) => clientId === 'shop')
const watch = async (act: () => Promise<void> = () => clock.sleep(ACT)) =>
  watched(act, await shop(), keycloak, { ...clock, signal: new AbortController().signal })
const signIn = (id: string, clients = ['shop']) => keycloak.addSession({ id, username: 'ada', clients })
const loginEvent = (sessionId: string, time = clock.now(), clientId = 'shop') =>
  keycloak.userEvents.unshift({
    id: sessionId,
    time,
    type: 'LOGIN',
    clientId,
    userId: 'u',
    sessionId,
    ipAddress: undefined,
    error: undefined,
    details: {},
  })
const storesEvents = (types: readonly string[] = []) => {
  keycloak.settings = { ...keycloak.settings, eventsEnabled: true, enabledEventTypes: types }
}
const ids = ({ seen }: { seen: ReadonlySet<string> }) => [...seen].sort()

describe('watching an act that ends sessions untold', () => {
  it('sees sessions that were there before, and those that begin while it runs', async () => {
    signIn('before')
    void clock.sleep(ACT / 2).then(() => signIn('meanwhile'))
    const result = await watch()
    expect(ids(result)).toEqual(['before', 'meanwhile'])
    expect(result.watch.looks).toBeGreaterThan(ACT / LOOK / 2)
    expect(result.watch.longestGapMs).toBeLessThan(3 * LOOK)
  })

  it('looks at the clients that the act does not tell, not at others', async () => {
    signIn('elsewhere', ['desk'])
    expect(ids(await watch())).toEqual([])
  })

  it('does not look at all when the act tells everybody', async () => {
    const { seen, watch } = await watched(async () => {}, [], keycloak, {
      ...clock,
      signal: new AbortController().signal,
    })
    expect([seen.size, watch, keycloak.calls]).toEqual([0, { looks: 0, longestGapMs: 0, events: false }, []])
  })

  it('is over with the act, though a look is under way', async () => {
    keycloak.on('sessionCounts', () => clock.sleep(60_000))
    const began = clock.now()
    await watch()
    expect(clock.now() - began).toBeLessThan(61_500)
  })

  it('lets the act fail as it fails', async () => {
    const failing = watch(async () => {
      await clock.sleep(ACT)
      throw new UserError('server-error', 'HTTP 500')
    })
    await expect(failing).rejects.toMatchObject({ code: 'server-error' })
  })

  it('does not fail with a look: the act took the sign-in along', async () => {
    let looks = 0
    keycloak.on('sessionCounts', async () => {
      await clock.sleep(LOOK)
      if (++looks > 3) throw new UserError('unauthorized', 'HTTP 401', { exitCode: EXIT.denied })
    })
    signIn('before')
    const result = await watch()
    expect(ids(result)).toEqual(['before'])
    // Nobody looked from the third look to the end of the act.
    expect(result.watch.longestGapMs).toBeGreaterThan(ACT / 2)
  })
})

describe('sign-ins in the stored events', () => {
  it('show a session that began and ended between two looks', async () => {
    storesEvents(['LOGIN'])
    void clock.sleep(ACT / 2).then(() => {
      loginEvent('flash')
      loginEvent('elsewhere', clock.now(), 'desk')
    })
    const result = await watch()
    expect(ids(result)).toEqual(['flash'])
    expect(result.watch.events).toBe(true)
  })

  it('are told apart from earlier ones by the clock of the server, which may be far off', async () => {
    storesEvents()
    const HOUR = 3_600_000
    loginEvent('long-ago', clock.now() - 2 * HOUR)
    loginEvent('earlier', clock.now() - HOUR - 10_000)
    void clock.sleep(ACT / 2).then(() => loginEvent('flash', clock.now() - HOUR))
    expect(ids(await watch())).toEqual(['flash'])
  })

  it('of a moment before the act are not of its time, however many: their sessions have ended already', async () => {
    storesEvents()
    for (let i = 0; i < 150; i++) loginEvent(`before-${i}`)
    void clock.sleep(ACT / 2).then(() => loginEvent('flash'))
    expect(ids(await watch())).toEqual(['flash'])
  })

  it('are read to the end, however many pages', async () => {
    storesEvents()
    void clock.sleep(ACT / 2).then(() => {
      for (let i = 0; i < 250; i++) loginEvent(`flash-${i}`)
    })
    expect((await watch()).seen.size).toBe(250)
  })

  it.each<[string, () => void]>([
    ['the realm stores none', () => {}],
    ['it stores others only', () => storesEvents(['LOGOUT'])],
    [
      'the caller may not see them',
      () => {
        storesEvents()
        keycloak.on('eventsConfig', () => {
          throw new UserError('role-missing', 'view-events', { exitCode: EXIT.denied })
        })
      },
    ],
    [
      'they cannot be read afterwards',
      () => {
        storesEvents()
        let calls = 0
        keycloak.on('events', () => {
          if (++calls > 1) throw new UserError('server-error', 'HTTP 500')
        })
      },
    ],
  ])('are not claimed to have been read when %s', async (_, prepare) => {
    prepare()
    expect((await watch()).watch.events).toBe(false)
  })
})
