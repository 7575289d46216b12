import { describe, expect, test } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import type { AdminEvent, UserEvent } from '../../keycloak/event.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const MINUTE = 60_000

const userEvent = (changes: Partial<UserEvent>): UserEvent => ({
  id: undefined,
  time: NOW - MINUTE,
  type: 'LOGOUT_ERROR',
  clientId: 'shop',
  userId: undefined,
  sessionId: undefined,
  ipAddress: '192.0.2.7',
  error: undefined,
  details: {},
  ...changes,
})
const adminEvent = (changes: Partial<AdminEvent>): AdminEvent => ({
  id: undefined,
  time: NOW - MINUTE,
  operation: 'ACTION',
  resourceType: 'USER',
  resourcePath: undefined,
  representation: undefined,
  error: undefined,
  by: { realmId: 'r', clientId: 'c', userId: 'root', ipAddress: '192.0.2.1' },
  ...changes,
})

function realm(now = NOW) {
  const keycloak = new FakeKeycloak({ now: () => now })
  keycloak.settings = { ...keycloak.settings, eventsEnabled: true, adminEventsEnabled: true }
  return keycloak
}
const line = (keycloak: FakeKeycloak, agrees?: boolean) =>
  commandLine(keycloak, { now: NOW, ...(agrees === undefined ? {} : { agrees }) })

describe('what happened', () => {
  test('user and admin events in one list, oldest first, errors with cause and remedy', async () => {
    const keycloak = realm()
    const ada = keycloak.addUser('ada')
    keycloak.userEvents.push(
      userEvent({ error: 'invalid_redirect_uri', details: { redirect_uri: 'http://evil.example/' } }),
      userEvent({ type: 'LOGOUT', time: NOW - 3 * MINUTE, userId: ada.id, sessionId: 'S1' }),
    )
    keycloak.storedAdminEvents.push(
      adminEvent({ time: NOW - 2 * MINUTE, resourcePath: `users/${ada.id}/logout` }),
      adminEvent({ time: NOW - 2 * MINUTE, resourcePath: `users/${ada.id}/reset-password` }),
    )
    const { code, json } = await line(keycloak)('events', '--json')
    expect(code).toBe(0)
    expect(json()).toEqual({
      schemaVersion: 1,
      realm: 'customers',
      events: [
        {
          time: '2026-11-21T11:57:00.000Z',
          source: 'user',
          type: 'LOGOUT',
          clientId: 'shop',
          userId: ada.id,
          username: 'ada',
          sessionId: 'S1',
          ipAddress: '192.0.2.7',
        },
        {
          time: '2026-11-21T11:58:00.000Z',
          source: 'admin',
          type: 'USER_LOGGED_OUT',
          userId: ada.id,
          username: 'ada',
          ipAddress: '192.0.2.1',
          by: 'root',
          explanation: expect.any(String),
        },
        {
          time: '2026-11-21T11:59:00.000Z',
          source: 'user',
          type: 'LOGOUT_ERROR',
          error: 'invalid_redirect_uri',
          clientId: 'shop',
          ipAddress: '192.0.2.7',
          explanation: expect.stringContaining('is not configured for this client'),
          fix: expect.stringContaining('post logout redirect'),
        },
      ],
    })
  })

  test.each([
    ['sessions/S1', 'DELETE', 'USER_SESSION', 'SESSION_ENDED'],
    ['logout-all', 'ACTION', 'REALM', 'REALM_LOGGED_OUT'],
    ['push-revocation', 'ACTION', 'REALM', 'NOT_BEFORE_PUSHED'],
    ['users/u1/consents/shop', 'ACTION', 'USER', 'OFFLINE_ACCESS_REVOKED'],
  ])('an admin event at %s', async (resourcePath, operation, resourceType, type) => {
    const keycloak = realm()
    keycloak.storedAdminEvents.push(adminEvent({ resourcePath, operation, resourceType }))
    const { json } = await line(keycloak)('events', '--json')
    expect(json<{ events: object[] }>().events).toMatchObject([{ source: 'admin', type }])
  })

  test('the screen gives an explanation once, and names the missing LOGOUT event', async () => {
    const keycloak = realm()
    const error = userEvent({ error: 'invalid_token', details: { reason: 'Invalid refresh token' } })
    keycloak.userEvents.push(error, { ...error, time: NOW - 2 * MINUTE })
    keycloak.storedAdminEvents.push(adminEvent({ resourcePath: 'logout-all', resourceType: 'REALM' }))
    const { stdout } = await line(keycloak)('events')
    expect(stdout.match(/A client posted an invalid refresh token/g)).toHaveLength(1)
    expect(stdout).toContain('3 events')
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'administrator logs a user out, Keycloak stores no LOGOUT event',
    )
  })

  test('--since leaves out older events that Keycloak gives for the day', async () => {
    const keycloak = realm()
    keycloak.userEvents.push(
      userEvent({ type: 'LOGOUT' }),
      userEvent({ type: 'LOGOUT', time: NOW - 10 * MINUTE }),
    )
    const { json } = await line(keycloak)('events', '--since', '5m', '--json')
    expect(json<{ events: object[] }>().events).toHaveLength(1)
  })

  test("a time span is counted by the server's clock, which may be behind the one here", async () => {
    const keycloak = realm(NOW - 10 * MINUTE)
    keycloak.userEvents.push(userEvent({ type: 'LOGOUT', time: NOW - 10 * MINUTE }))
    const { json } = await line(keycloak)('events', '--since', '5m', '--json')
    expect(json<{ events: object[] }>().events).toHaveLength(1)
  })

  test("--follow uses the server's clock", async () => {
    const keycloak = realm(NOW - 10 * MINUTE)
    const stop = new AbortController()
    let looks = 0
    keycloak.on('events', () => {
      if (++looks === 2) keycloak.userEvents.push(userEvent({ type: 'LOGOUT', time: NOW - 10 * MINUTE }))
      if (looks === 3) stop.abort()
    })
    const run = commandLine(keycloak, { now: NOW, signal: stop.signal })
    const { stdout } = await run('events', '--follow', '--since', '1m', '--json')
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(JSON.parse(stdout)).toMatchObject({ type: 'LOGOUT' })
  })

  test('an event that moves to the next page during the read is listed once', async () => {
    for (const id of [undefined, 'e']) {
      const keycloak = realm()
      const event = (i: number) => userEvent({ type: 'LOGOUT', time: NOW - 1000 - i, id: id && `${id}${i}` })
      for (let i = 0; i < 150; i++) keycloak.userEvents.push(event(i))
      let pages = 0
      keycloak.on('events', () => {
        if (++pages === 2) keycloak.userEvents.unshift(userEvent({ time: NOW, id: id && 'new' }))
      })
      const { json } = await line(keycloak)('events', '--json')
      expect(json<{ events: object[] }>().events).toHaveLength(150)
    }
  })

  test.each([
    ['999999d', '1970-01-01'],
    ['0000-01-01', '1970-01-01'],
    ['2h', '2026-11-20'],
  ])('--since %s: Keycloak is asked from %s on, a date that it can read', async (since, dateFrom) => {
    const keycloak = realm()
    const dates: unknown[] = []
    keycloak.events = async (query) => {
      dates.push(query.dateFrom)
      return []
    }
    expect((await line(keycloak)('events', '--since', since)).code).toBe(0)
    expect(dates).toEqual([dateFrom])
  })

  test('all pages of events are read', async () => {
    const keycloak = realm()
    for (let i = 0; i < 250; i++) keycloak.userEvents.push(userEvent({ type: 'LOGOUT', time: NOW - i }))
    const { json } = await line(keycloak)('events', '--json')
    expect(json<{ events: object[] }>().events).toHaveLength(250)
  })

  test('events beyond the maximum: a warning, and `cut` in JSON', async () => {
    const keycloak = realm()
    for (let i = 0; i < 10_001; i++) keycloak.userEvents.push(userEvent({ type: 'LOGOUT', time: NOW - i }))
    const { json, stderr } = await line(keycloak)('events', '--json')
    expect(json()).toMatchObject({ cut: true })
    expect(stderr).toContain('only the newest')
    const stop = new AbortController()
    keycloak.on('adminEvents', () => stop.abort())
    const followed = await commandLine(keycloak, { now: NOW, signal: stop.signal })('events', '--follow')
    expect(followed.stderr).toContain('only the newest')
  })

  test('--client leaves admin events out, with a note', async () => {
    const keycloak = realm()
    keycloak.userEvents.push(userEvent({ type: 'LOGOUT' }), userEvent({ type: 'LOGOUT', clientId: 'desk' }))
    keycloak.storedAdminEvents.push(adminEvent({ resourcePath: 'logout-all', resourceType: 'REALM' }))
    const { json, stderr } = await line(keycloak)('events', '--client', 'desk', '--json')
    expect(json<{ events: object[] }>().events).toMatchObject([{ clientId: 'desk' }])
    expect(stderr).toContain('left out')
  })

  test('--user finds the user by name, and admin events about that user', async () => {
    const keycloak = realm()
    const [ada, bob] = [keycloak.addUser('ada'), keycloak.addUser('bob')]
    keycloak.userEvents.push(
      userEvent({ type: 'LOGOUT', userId: ada.id }),
      userEvent({ type: 'LOGOUT', userId: bob.id }),
    )
    keycloak.storedAdminEvents.push(
      adminEvent({ resourcePath: `users/${ada.id}/logout` }),
      adminEvent({ resourcePath: `users/${bob.id}/logout` }),
    )
    const { json } = await line(keycloak)('events', '--user', 'ADA', '--json')
    expect(json<{ events: { username: string }[] }>().events.map(({ username }) => username)).toEqual([
      'ada',
      'ada',
    ])
    expect((await line(keycloak)('events', '--user', 'nobody')).code).toBe(5)
  })

  test('--user notes which events name no user and are left out', async () => {
    const keycloak = realm()
    keycloak.addUser('ada')
    keycloak.storedAdminEvents.push(
      adminEvent({ operation: 'DELETE', resourceType: 'USER_SESSION', resourcePath: 'sessions/S1' }),
    )
    const { json, stderr } = await line(keycloak)('events', '--user', 'ada', '--json')
    expect(json()).toMatchObject({ events: [] })
    expect(stderr).toContain('sessions that administrators ended one by one')
    expect(stderr).toContain('logouts of the realm')
  })

  test('expired events: a warning, only where --since asks for them', async () => {
    const keycloak = realm()
    keycloak.settings = { ...keycloak.settings, eventsExpiration: 3600 }
    expect((await line(keycloak)('events', '--since', '2h')).stderr).toContain('after 1 h')
    expect((await line(keycloak)('events', '--since', '30m')).stderr).toBe('')
  })

  test('times on the screen name their zone', async () => {
    const keycloak = realm()
    keycloak.userEvents.push(userEvent({ type: 'LOGOUT' }))
    expect((await line(keycloak)('events')).stdout).toContain('2026-11-21 11:59:00 UTC')
  })

  test.each([
    ['typo', true],
    ['shop', false],
  ])('--client %s: a warning if the realm has no such client', async (clientId, isUnknown) => {
    const keycloak = realm()
    keycloak.addClient({ clientId: 'shop' })
    const { code, stderr } = await line(keycloak)('events', '--client', clientId)
    expect(code).toBe(0)
    expect(stderr.includes('shows no client')).toBe(isUnknown)
  })

  test('events that are not stored: a warning', async () => {
    const { code, stdout, stderr } = await line(new FakeKeycloak())('events')
    expect(code).toBe(0)
    expect(stdout).toContain('No event about a logout')
    expect(stderr).toContain('does not store user events')
    expect(stderr).toContain('does not store admin events')
    expect(stderr).toContain('--enable')
  })

  test('without view-users events are shown without names', async () => {
    const keycloak = realm()
    keycloak.userEvents.push(userEvent({ type: 'LOGOUT', userId: 'u1' }))
    keycloak.on('findUserById', () => {
      throw new Error('403')
    })
    const { json } = await line(keycloak)('events', '--json')
    expect(json<{ events: object[] }>().events).toMatchObject([{ userId: 'u1' }])
  })

  test.each([['--since', 'soon'], ['--dry-run'], ['--enable', '--follow'], ['--enable', '--since', '2h']])(
    'wrong usage: %s %s',
    async (...argv) => {
      const keycloak = realm()
      expect((await line(keycloak)('events', ...argv)).code).toBe(2)
      expect(keycloak.calls).toEqual([])
    },
  )
})

describe('--enable', () => {
  test('shows the changes, asks, applies them and leaves other settings alone', async () => {
    const keycloak = new FakeKeycloak()
    keycloak.settings = { ...keycloak.settings, enabledEventTypes: ['LOGIN'], eventsExpiration: 3600 }
    const { code, stdout, asked } = await line(keycloak, true)('events', '--enable')
    expect(code).toBe(0)
    expect(asked).toHaveLength(1)
    expect(keycloak.settings).toEqual({
      eventsEnabled: true,
      eventsExpiration: 3600,
      enabledEventTypes: ['LOGIN', 'LOGOUT', 'LOGOUT_ERROR'],
      adminEventsEnabled: true,
      adminEventsDetailsEnabled: false,
    })
    expect(stdout).toContain('kept for 1 h')
  })

  test('a second run changes nothing and sends nothing', async () => {
    const keycloak = realm()
    const { code, json } = await line(keycloak)('events', '--enable', '--json')
    expect(code).toBe(0)
    expect(json()).toMatchObject({ realm: 'customers', events: [], changes: [], verdict: 'unchanged' })
    expect(keycloak.operations).toEqual([])
  })

  test.each([
    ['--dry-run', 0],
    ['no terminal to ask in', 8],
  ] as const)('%s: no change is sent', async (how, code) => {
    const keycloak = new FakeKeycloak()
    const argv = how === '--dry-run' ? ['events', '--enable', '--dry-run'] : ['events', '--enable']
    expect((await line(keycloak)(...argv)).code).toBe(code)
    expect(keycloak.operations).toEqual([])
  })

  test('an empty list of types means all types, and stays empty', async () => {
    const keycloak = new FakeKeycloak()
    keycloak.settings = { ...keycloak.settings, enabledEventTypes: [] }
    await line(keycloak)('events', '--enable', '--yes')
    expect(keycloak.settings).toMatchObject({ eventsEnabled: true, enabledEventTypes: [] })
  })
})
