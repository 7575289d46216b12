import { beforeEach, describe, expect, it } from 'vitest'
import { aClient } from '../../test/support/builders.ts'
import { virtualClock } from '../../test/support/clock.ts'
import { commandLine } from '../../test/support/command-line.ts'
import { testContext } from '../../test/support/context.ts'
import { FakeKeycloak } from '../../test/support/fake-keycloak.ts'
import { EXIT } from '../errors.ts'
import { warnUnreadable } from './unreadable-clients.ts'

let keycloak: FakeKeycloak
const clock = virtualClock()
const run = (line: string) => commandLine(keycloak, { clock })(...line.split(' '))
const warnings = (stderr: string) => stderr.split('\n').filter((line) => line.includes('Cannot read'))

beforeEach(() => {
  keycloak = new FakeKeycloak({ now: clock.now })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  keycloak.addClient({ clientId: 'odd', id: 'a/b', backchannelLogoutUrl: 'https://odd.example/logout' })
  keycloak.addSession({ id: 's1', username: 'ada', clients: ['shop'] })
  keycloak.addSession({ id: 's2', username: 'ada', clients: ['shop', 'odd'] })
  keycloak.addSession({ id: 'o1', username: 'bob', clients: ['odd'] })
  keycloak.addSession({ id: 's3', username: 'ada', clients: ['shop', 'odd'], offline: true })
})

describe('a client with an internal id that is unsafe in a path', () => {
  it.each([
    'all --dry-run',
    'all --client odd --dry-run',
    'all --realm-step-only --dry-run',
    'all --offline-sessions --dry-run',
    'all --confirm customers',
    'all --no-realm-step --confirm customers',
    'user ada --dry-run',
    'user ada --offline-sessions --yes',
  ])('does not stop a logout and is warned of once: %s', async (line) => {
    const { code, stderr } = await run(line)
    expect(code).not.toBe(EXIT.failed)
    expect(warnings(stderr).length).toBe(1)
    expect(warnings(stderr)[0]).toContain('odd ("a/b")')
  })

  it('is not mentioned if only other clients were selected', async () => {
    const { code, stderr } = await run('all --client shop --confirm customers')
    expect([code, warnings(stderr)]).toEqual([EXIT.ok, []])
  })

  it.each(['', '--no-realm-step', '--realm-step-only'])(
    'makes a realm logout partial, because its sessions were not seen: %s',
    async (flag) => {
      const line = `all ${flag} --confirm customers --report r.md`.replace('  ', ' ')
      const { code, stdout, saved } = await run(line)
      expect(code).toBe(EXIT.partial)
      expect(stdout).toContain('Done in part')
      expect(stdout).toContain('The sessions of odd could not all be read')
      expect(stdout).toContain('Whether they ended is unknown.')
      expect(saved['r.md']).toContain('The sessions of `odd` could not all be read')
    },
  )

  it('is named in the JSON', async () => {
    const { json } = await run('all --json --confirm customers')
    expect(json()).toMatchObject({ unread: ['odd'], verdict: 'partial' })
  })

  it('does not keep sessions shared with other clients from ending', async () => {
    await run('all --no-realm-step --offline-sessions --confirm customers')
    expect(keycloak.sessions.map(({ id }) => id)).toEqual(['o1'])
    const notified = keycloak.deliveries.map(({ clientId, sid }) => `${clientId} ${sid}`)
    expect(notified.sort()).toEqual(['odd s2', 'odd s3', 'shop s1', 'shop s2', 'shop s3'])
  })

  it('does not disturb polling for an offline session that outlasts the timeout', async () => {
    keycloak.on('endSession', (_, kind) => {
      if (!(kind as { offline: boolean }).offline) return undefined
      void clock.sleep(3_000).then(() => keycloak.finishStalled())
      return 'stall'
    })
    const { code } = await run('user ada --offline-sessions --yes')
    expect([code, keycloak.sessions.map(({ id }) => id)]).toEqual([EXIT.ok, ['o1']])
  })
})

it('names at most five clients', () => {
  const { ctx, written } = testContext(keycloak)
  const many = Array.from({ length: 3000 }, (_, i) => aClient({ clientId: `c${i}`, id: `${i}/` }))
  warnUnreadable(many, ctx)
  expect(written.err).toContain('c4 ("4/") and 2995 more: their internal ids are unsafe')
})
