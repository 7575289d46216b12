import { beforeEach, describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../../test/support/clock.ts'
import { commandLine, type Ran, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { AllOutcome } from './outcome.ts'
import type { AllReport as Report } from './report/all-report.ts'

/** `all` claims only what was seen: in its text, its JSON and its report. */
let clock: VirtualClock
let keycloak: FakeKeycloak
beforeEach(() => {
  clock = virtualClock()
  keycloak = new FakeKeycloak({ now: clock.now })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  keycloak.addClient({ clientId: 'desk', adminUrl: 'https://desk.example/admin' })
  keycloak.addClient({ clientId: 'wiki' })
  for (const name of ['ada', 'bob', 'cleo']) keycloak.addUser(name, { id: `id-${name}` })
  keycloak.on('sessionCounts', () => clock.sleep(20))
})

const run = (args: string, world: World = {}): Promise<Ran> =>
  commandLine(keycloak, { clock, ...world })(
    'all',
    '--confirm',
    'customers',
    ...args.split(' ').filter(Boolean),
  )
const outcomeOf = (ran: Ran) => ran.json<AllOutcome & { schemaVersion: number }>()
const reportOf = (ran: Ran): Report => JSON.parse(ran.saved['r.json'] ?? '')
/** One run with JSON and report. */
const both = async (args = '', world: World = {}) => {
  const ran = await run(`--json --report r.json ${args}`, world)
  return { ran, outcome: outcomeOf(ran), report: reportOf(ran) }
}
/** Sessions at shop of as many users: those of one user would end by one request. */
const signInEach = (count: number) => {
  for (let index = 0; index < count; index++) {
    keycloak.addUser(`user-${index}`)
    signIn(`user-${index}`, `s${index}`)
  }
}
const signIn = (username: string, id: string, clients: string[] = ['shop'], offline = false) =>
  keycloak.addSession({ id, username, clients, offline })
const missingRole = () => new UserError('role-missing', 'The role is missing.', { exitCode: EXIT.denied })
const lost = () => new UserError('connection-closed', 'The answer was lost.', { exitCode: EXIT.unreachable })

describe("Keycloak's realm logout", () => {
  beforeEach(() => {
    signIn('ada', 'a1', ['desk'])
    signIn('bob', 'b1', ['shop'])
  })

  it('refused: no Admin URL was called, no session ended without notification', async () => {
    keycloak.on('logoutRealm', () => {
      throw missingRole()
    })
    const { ran, outcome, report } = await both('--realm-step-only')
    expect(ran.code).toBe(EXIT.denied)
    expect(outcome).toMatchObject({
      phases: [{ name: 'realm', call: 'refused', sessions: 2, ended: 0, untried: 2 }],
      endedUnnotified: 0,
      verdict: 'failed',
    })
    expect(outcome.clients.map(({ clientId, delivery }) => [clientId, delivery])).toContainEqual([
      'desk',
      'none',
    ])
    expect(report.notified.find(({ clientId }) => clientId === 'desk')).toMatchObject({
      status: 'not-yet',
      why: 'step-refused',
    })
  })

  it('without a connection: not sent, and not refused', async () => {
    keycloak.on('logoutRealm', () => {
      throw new UserError('refused-connection', 'Nobody there.', { exitCode: EXIT.unreachable })
    })
    const { outcome, report } = await both('--realm-step-only')
    expect(outcome).toMatchObject({ phases: [{ call: 'not-sent', untried: 2 }], endedUnnotified: 0 })
    expect(report.notified.find(({ clientId }) => clientId === 'desk')?.why).toBe('step-not-run')
  })

  it('never sent because the first look failed: no Admin URL was called', async () => {
    let looks = 0
    keycloak.on('sessionCounts', async () => {
      await clock.sleep(20)
      // The plan, the client step, what is not visible, then the watch.
      if (++looks === 4) throw lost()
    })
    const { outcome } = await both()
    expect(outcome.phases.at(-1)).toMatchObject({ name: 'realm', call: 'not-sent', untried: 1 })
    expect(outcome.clients.find(({ clientId }) => clientId === 'desk')?.delivery).toBe('none')
    expect(outcome.endedUnnotified).toBe(0)
  })

  it('answer lost, done: the remaining sessions show what ended', async () => {
    let isInside = false
    keycloak.on('logoutRealm', async () => {
      if (isInside) return
      isInside = true
      await keycloak.logoutRealm()
      throw lost()
    })
    const { ran, outcome } = await both('--realm-step-only')
    expect(outcome.phases).toMatchObject([
      { name: 'realm', call: 'unknown', sessions: 2, ended: 2, untried: 0 },
    ])
    expect([outcome.endedUnnotified, outcome.after.left, ran.code]).toEqual([1, 0, EXIT.unreachable])
  })

  it('answer lost, not done: no session ended without notification', async () => {
    keycloak.on('logoutRealm', () => {
      throw lost()
    })
    const { outcome } = await both('--realm-step-only')
    expect(outcome.phases).toMatchObject([{ call: 'unknown', ended: 0, untried: 2 }])
    expect([outcome.endedUnnotified, outcome.after.left]).toEqual([0, 2])
  })

  it('answer lost and not verified: sessions without notification are unknown', async () => {
    keycloak.on('logoutRealm', () => {
      keycloak.on('sessionCounts', () => {
        throw lost()
      })
      throw lost()
    })
    const ran = await run('--realm-step-only')
    expect(ran.stdout).toContain('Whether the realm step ended sessions without notification is unknown.')
    expect(ran.stdout).toContain('sent, result unknown')
    expect(ran.stdout).not.toContain('not attempted')
  })

  it('reported as done, but sessions are still active: failed', async () => {
    keycloak.on('pushRevocation', () => {
      signIn('ada', 'a1', ['desk'])
      signIn('bob', 'b1', ['shop'])
    })
    const { ran, outcome } = await both('--realm-step-only')
    expect(outcome.phases).toMatchObject([
      { call: 'done', ended: 0, failed: [{ code: 'lives-on' }, {}], untried: 0 },
    ])
    expect([outcome.verdict, ran.code]).toEqual(['partial', EXIT.partial])
  })
})

describe('the verification', () => {
  it('without the role for it: an error with its code', async () => {
    signIn('ada', 'a1', ['desk'])
    keycloak.on('pushRevocation', () => {
      keycloak.on('sessionCounts', () => {
        throw missingRole()
      })
    })
    const { ran, outcome } = await both()
    expect([ran.code, outcome.error?.code, outcome.after.left]).toEqual([EXIT.denied, 'role-missing', null])
  })

  it('that fails makes no claim about the remaining sessions', async () => {
    signIn('ada', 'a1', ['desk'])
    keycloak.on('pushRevocation', () => {
      keycloak.on('sessionCounts', () => {
        throw lost()
      })
    })
    const ran = await run('')
    expect(ran.stdout).toContain('The remaining sessions could not be checked.')
    expect(ran.stdout).not.toMatch(/\d+ left/)
  })

  it('that is interrupted is not taken as complete', async () => {
    for (let i = 0; i < 12; i++) signIn('ada', `s${i}`)
    const controller = new AbortController()
    keycloak.on('pushRevocation', () => {
      keycloak.on('sessionCounts', () => controller.abort('SIGINT'))
    })
    const { ran, outcome } = await both('', { signal: controller.signal })
    expect([ran.code, outcome.interrupted, outcome.after]).toEqual([
      EXIT.interrupted,
      true,
      { active: null, offline: null, startedAfter: null, left: null },
    ])
  })
})

describe('offline sessions', () => {
  it('that are still active although they were ended count as left: exit 3', async () => {
    signIn('ada', 'o1', ['shop'], true)
    keycloak.on('pushRevocation', () => void signIn('ada', 'o1', ['shop'], true))
    const { ran, outcome } = await both('--offline-sessions')
    expect([ran.code, outcome.after.left, outcome.verdict]).toEqual([EXIT.partial, 1, 'partial'])
  })

  it('count their users if they are ended', async () => {
    signIn('ada', 'o1', ['shop'], true)
    signIn('bob', 'o2', ['shop'], true)
    const plan = await run('--offline-sessions --dry-run')
    expect(plan.stdout).toContain('Logs out 2 users: 0 sessions and 2 offline sessions')
    expect((await run('--keep-offline-sessions --dry-run')).stdout).toContain('Logs out 0 users: 0 sessions')
  })
})

describe('a session that starts during the run', () => {
  it('is in the result, and its client fails --strict if it is not notified', async () => {
    signIn('ada', 'a1')
    let isSignedIn = false
    keycloak.on('endSession', () => {
      if (!isSignedIn) signIn('bob', 'b1', ['shop', 'wiki'])
      isSignedIn = true
    })
    const { ran, outcome } = await both('--strict')
    expect(outcome.clients.map(({ clientId, sessions, ended }) => [clientId, sessions, ended])).toEqual([
      ['wiki', 1, 1],
      ['shop', 2, 2],
    ])
    expect(ran.code).toBe(EXIT.partial)
  })

  it('does not count if it is our own new sign-in', async () => {
    signIn('ada', 'a1')
    keycloak.on('endSession', () => {
      if (keycloak.own === 'own-2') return
      keycloak.own = 'own-2'
      signIn('bob', 'own-2')
    })
    const { outcome } = await both('--no-realm-step')
    expect(outcome.phases).toMatchObject([{ name: 'client', sessions: 1, ended: 1, passes: 1 }])
  })
})

describe('a client that changes during the run', () => {
  const changesAfterFirst = (change: () => Promise<unknown> | unknown) => {
    let isDone = false
    keycloak.on('endSession', async () => {
      if (isDone) await change()
      isDone = true
    })
  }
  it.each<[string, (id: string) => unknown]>([
    ['front channel switched on', (id) => keycloak.updateClient(id, { frontchannelLogout: true })],
    [
      'another URL',
      (id) =>
        keycloak.updateClient(id, { frontchannelLogout: false, backchannelLogoutUrl: 'https://x.example/' }),
    ],
    ['disabled', (id) => keycloak.addClient({ id, clientId: 'shop', enabled: false })],
  ])('may have been called or not: %s', async (_, change) => {
    for (const id of ['a1', 'a2', 'a3']) signIn('ada', id)
    const id = (await keycloak.findClient('shop'))?.id ?? ''
    changesAfterFirst(() => change(id))
    const { ran, outcome, report } = await both('--strict --concurrency 1')
    const [shop] = outcome.clients
    expect(shop).toMatchObject({ clientId: 'shop', expectation: 'uncertain', reason: 'changed', ended: 3 })
    expect(shop?.notifications.expected).toEqual({ min: 0, max: 3 })
    expect(ran.code).toBe(EXIT.partial)
    expect(report.notified).toMatchObject([{ clientId: 'shop', status: 'unconfirmed', why: 'changed' }])
  })

  it('in something else is notified as expected', async () => {
    for (const id of ['a1', 'a2']) signIn('ada', id)
    const id = (await keycloak.findClient('shop'))?.id ?? ''
    changesAfterFirst(() => keycloak.setClientNotBefore(id, 5))
    const { outcome } = await both()
    expect(outcome.clients[0]?.notifications.expected).toEqual({ min: 2, max: 2 })
  })
})

describe('a session whose end is unclear', () => {
  it('is not counted as ended by this run, and its clients were called at most twice', async () => {
    signIn('ada', 'a1')
    let isLost = false
    keycloak.on('endSession', async (id) => {
      if (isLost) return
      isLost = true
      await keycloak.endSession(id as string, { offline: false })
      throw lost()
    })
    const { ran, outcome } = await both('--strict --no-realm-step')
    expect(outcome.phases).toMatchObject([{ ended: 0, gone: 0, unknown: 1, untried: 0 }])
    expect(outcome.clients[0]).toMatchObject({ ended: 0, notifications: { expected: { min: 0, max: 2 } } })
    expect([outcome.after.left, ran.code]).toEqual([0, EXIT.partial])
  })

  it('was ended by somebody else: not counted as ended by this run', async () => {
    for (const id of ['a1', 'a2']) signIn('ada', id)
    keycloak.on('endSession', async () => {
      keycloak.on('endSession', () => {})
      await keycloak.endSession('a2', { offline: false })
    })
    const { outcome } = await both('--concurrency 1 --no-realm-step')
    expect(outcome.phases).toMatchObject([{ ended: 1, gone: 1, unknown: 0 }])
    expect(outcome.clients[0]).toMatchObject({ ended: 1, notifications: { expected: { min: 1, max: 1 } } })
  })
})

describe('an interrupted run', () => {
  it('says how many sessions ended, are unknown, and were not tried', async () => {
    signInEach(20)
    signIn('bob', 'b1', ['desk'])
    const controller = new AbortController()
    let requests = 0
    keycloak.on('endSession', () => {
      if (++requests <= 8) return
      controller.abort('SIGINT')
      throw new UserError('interrupted', 'Interrupted.', { exitCode: EXIT.interrupted })
    })
    const { ran, outcome, report } = await both('--concurrency 4', { signal: controller.signal })
    const [phase] = outcome.phases
    expect(phase).toMatchObject({ sessions: 20, ended: 8, gone: 0, failed: [] })
    const unknown = phase?.unknown ?? 0
    expect(unknown).toBeGreaterThan(0)
    expect(phase?.untried).toBe(12 - unknown)
    expect(outcome.clients.find(({ clientId }) => clientId === 'shop')?.notifications.expected).toEqual({
      min: 8,
      max: 8 + unknown,
    })
    expect([ran.code, report.exitCode]).toEqual([EXIT.interrupted, EXIT.interrupted])
  })

  it('shows the same on the screen and in the report', async () => {
    signInEach(20)
    signIn('bob', 'b1', ['desk'])
    const controller = new AbortController()
    let requests = 0
    keycloak.on('endSession', () => {
      if (++requests <= 8) return
      controller.abort('SIGINT')
      throw new UserError('interrupted', 'Interrupted.', { exitCode: EXIT.interrupted })
    })
    const ran = await run('--concurrency 1 --report r.md', { signal: controller.signal })
    expect(ran.stdout).toContain(
      'Interrupted: 8 sessions ended, 1 unknown (a request was sent), 12 not tried.',
    )
    expect(ran.saved['r.md']).toContain('Interrupted: 8 sessions ended, 1 unknown, 12 not tried')
  })
})

describe('a client with both URLs', () => {
  it('is notified of each session that ended one by one, although the realm step did not run', async () => {
    keycloak.addClient({
      clientId: 'both',
      backchannelLogoutUrl: 'https://both.example/logout',
      adminUrl: 'https://both.example/admin',
    })
    signIn('ada', 'a1', ['both', 'shop'])
    signIn('bob', 'b1')
    keycloak.on('endSession', (id) => {
      if (id === 'b1') throw new UserError('server-error', 'It failed.')
    })
    const { outcome, report } = await both()
    expect(outcome.clients.find(({ clientId }) => clientId === 'both')).toMatchObject({
      channel: 'backchannel',
      url: 'https://both.example/logout',
      ended: 1,
      delivery: 'unconfirmed',
    })
    expect(report.notified.find(({ clientId }) => clientId === 'both')?.status).toBe('unconfirmed')
  })
})

describe('--force-realm-step', () => {
  it('ends a session whose end is still running: exit 3, and whether its client was notified is unknown', async () => {
    signIn('ada', 'a1')
    keycloak.on('endSession', () => 'stall')
    const { ran, outcome, report } = await both('--force-realm-step --act-timeout 5')
    expect([ran.code, outcome.endedUnnotified]).toEqual([EXIT.partial, 1])
    expect(report.notified).toMatchObject([
      { clientId: 'shop', status: 'unconfirmed', why: 'unconfirmed-end' },
    ])
  })
})

describe('--cut-off-first', () => {
  const cutOffText = async (world: World = {}) =>
    (await run('--cut-off-first --report r.md', world)).saved['r.md'] ?? ''

  it('is reported as done only if Keycloak confirmed it', async () => {
    signIn('ada', 'a1')
    expect(await cutOffText()).toContain("First the realm's not-before was set")
    keycloak.on('setRealmNotBefore', () => {
      throw missingRole()
    })
    const text = await cutOffText()
    expect(text).toContain('Keycloak did not confirm it')
    expect(text).not.toContain('not-before was set')
  })

  const token = { source: 'KC_LOGOUT_TOKEN', reveal: async () => 'a.b.c' }
  it.each([
    ['a given access token', { token }],
    ['a stored sign-in without a password', { session: { loginRealm: 'customers' }, password: undefined }],
  ])('is refused if it cuts off a sign-in to the realm that cannot be renewed: %s', async (_, own) => {
    signIn('ada', 'a1')
    const settings = {
      loginRealm: { value: 'customers', source: '--login-realm' },
      ...own,
    } as NonNullable<World['settings']>
    keycloak.signedInAs = { ...keycloak.signedInAs, loginRealm: 'customers' }
    const ran = await run('--cut-off-first', { settings })
    expect([ran.code, keycloak.operations]).toEqual([EXIT.usage, []])
    expect(ran.stderr).toContain('cannot be renewed')
    keycloak.signedInAs = { ...keycloak.signedInAs, loginRealm: 'master' }
    const elsewhere = { ...settings, loginRealm: { value: 'master', source: 'default' } }
    expect((await run('--cut-off-first', { settings: elsewhere })).code).toBe(EXIT.ok)
  })

  it('keeps a not-before in the future', async () => {
    signIn('ada', 'a1')
    const later = Math.floor(clock.now() / 1000) + 86_400
    await keycloak.setRealmNotBefore(later)
    keycloak.operations.length = 0
    await both('--cut-off-first --no-realm-step')
    expect(keycloak.operations.map(({ name }) => name)).not.toContain('setRealmNotBefore')
  })
})

describe('a choice without sessions', () => {
  it('is not reported as a realm without sessions', async () => {
    signIn('ada', 'a1', ['desk'])
    const ran = await run('--client shop')
    expect(ran.stdout).toContain('Nothing to do: no session of customers matched these options.')
  })
})

describe('a pause that the server asks for', () => {
  it.each([
    ['all', ['all', '--confirm', 'customers']],
    ['user', ['user', 'ada', '--yes']],
  ])('is shown while it lasts: %s', async (_, argv) => {
    signIn('ada', 'a1')
    let hasPaused = false
    keycloak.on('endSession', () => {
      if (hasPaused) return
      hasPaused = true
      throw new UserError('too-many-requests', 'Slow down.', { retryAfter: 8_000 })
    })
    const ran = await commandLine(keycloak, { clock })(...argv)
    expect(ran.progress).toContain('The server asked for a pause of 8 s.')
    expect(ran.code).toBe(EXIT.ok)
  })
})
