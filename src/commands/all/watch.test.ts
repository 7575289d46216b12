import { beforeEach, describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../../test/support/clock.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { EXIT, UserError } from '../../errors.ts'
import { watchWhile } from './watch.ts'

const LOOK = 50
const DURATION = 1_000

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
const watch = async (operation: () => Promise<void> = () => clock.sleep(DURATION)) =>
  watchWhile(operation, await shop(), keycloak, { ...clock, signal: new AbortController().signal })
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

describe('the watch of an operation that ends sessions without notification', () => {
  it('sees sessions from before, and those that start while it runs', async () => {
    signIn('before')
    void clock.sleep(DURATION / 2).then(() => signIn('during'))
    const result = await watch()
    expect(ids(result)).toEqual(['before', 'during'])
    expect(result.watch.looks).toBeGreaterThan(DURATION / LOOK / 2)
    expect(result.watch.longestGapMs).toBeLessThan(3 * LOOK)
  })

  it('lists only the given clients', async () => {
    signIn('elsewhere', ['desk'])
    expect(ids(await watch())).toEqual([])
  })

  it('lists nothing without clients', async () => {
    const { seen, watch } = await watchWhile(async () => {}, [], keycloak, {
      ...clock,
      signal: new AbortController().signal,
    })
    expect([seen.size, watch, keycloak.calls]).toEqual([0, { looks: 0, longestGapMs: 0, events: false }, []])
  })

  it('ends with the operation, although a look is in flight', async () => {
    keycloak.on('sessionCounts', () => clock.sleep(60_000))
    const began = clock.now()
    await watch()
    expect(clock.now() - began).toBeLessThan(61_500)
  })

  it('passes on the error of the operation', async () => {
    const failing = watch(async () => {
      await clock.sleep(DURATION)
      throw new UserError('server-error', 'HTTP 500')
    })
    await expect(failing).rejects.toMatchObject({ code: 'server-error' })
  })

  it('survives a failed look: the operation may end our own sign-in', async () => {
    let looks = 0
    keycloak.on('sessionCounts', async () => {
      await clock.sleep(LOOK)
      if (++looks > 3) throw new UserError('unauthorized', 'HTTP 401', { exitCode: EXIT.denied })
    })
    signIn('before')
    const result = await watch()
    expect(ids(result)).toEqual(['before'])
    // No look from the third one to the end of the operation.
    expect(result.watch.longestGapMs).toBeGreaterThan(DURATION / 2)
  })
})

describe('sign-ins in the stored events', () => {
  it('show a session that started and ended between two looks', async () => {
    storesEvents(['LOGIN'])
    void clock.sleep(DURATION / 2).then(() => {
      loginEvent('flash')
      loginEvent('elsewhere', clock.now(), 'desk')
    })
    const result = await watch()
    expect(ids(result)).toEqual(['flash'])
    expect(result.watch.events).toBe(true)
  })

  it("are distinguished from earlier ones by the server's clock, which may be far off", async () => {
    storesEvents()
    const HOUR = 3_600_000
    loginEvent('long-ago', clock.now() - 2 * HOUR)
    loginEvent('earlier', clock.now() - HOUR - 10_000)
    void clock.sleep(DURATION / 2).then(() => loginEvent('flash', clock.now() - HOUR))
    expect(ids(await watch())).toEqual(['flash'])
  })

  it('from just before the operation do not count, whatever their number', async () => {
    storesEvents()
    for (let i = 0; i < 150; i++) loginEvent(`before-${i}`)
    void clock.sleep(DURATION / 2).then(() => loginEvent('flash'))
    expect(ids(await watch())).toEqual(['flash'])
  })

  it('are read to the end over several pages', async () => {
    storesEvents()
    void clock.sleep(DURATION / 2).then(() => {
      for (let i = 0; i < 250; i++) loginEvent(`flash-${i}`)
    })
    expect((await watch()).seen.size).toBe(250)
  })

  it.each<[string, () => void]>([
    ['the realm stores no events', () => {}],
    ['the realm stores only other events', () => storesEvents(['LOGOUT'])],
    [
      'the caller may not read them',
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
  ])('are not reported as read if %s', async (_, prepare) => {
    prepare()
    expect((await watch()).watch.events).toBe(false)
  })
})
