import { describe, expect, it } from 'vitest'
import { commandLine, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { networkFailure } from '../../keycloak/http/network-failures.ts'
import { TransportError } from '../../keycloak/http/transport-error.ts'

function realm(name: string, users: number): FakeKeycloak {
  const keycloak = new FakeKeycloak({ realm: name })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: `https://${name}.example/logout` })
  for (let i = 0; i < users; i++)
    keycloak.addSession({ id: `${name}-${i}`, username: `${name}-user-${i}`, clients: ['shop'] })
  keycloak.discovery = async () => ({ issuer: `https://keycloak.test/realms/${name}` })
  return keycloak
}

function server(world: World = {}) {
  const [a, b, master] = [realm('tenant-a', 1), realm('tenant-b', 2), realm('master', 0)]
  const probe = { look: async () => ({ kind: 'failed', fault: 'refused', detail: 'x', addresses: [] }) }
  const run = commandLine(a, {
    others: [b, master],
    probe: probe as never,
    ...world,
  })
  return { run, a, b, master }
}
interface Several {
  realms: ({ realm: string; error?: { code: string } } & Record<string, unknown>)[]
  visible: number | null
  verdict: string
}

describe('sessions', () => {
  it('of all realms: each document once, the realm signed in to last', async () => {
    const { run } = server()
    const ran = await run('sessions', '--all-realms', '--json')
    const { realms, visible, verdict } = ran.json<Several>()
    expect([ran.code, visible, verdict]).toEqual([0, 3, 'done'])
    expect(realms.map(({ realm: name }) => name)).toEqual(['tenant-a', 'tenant-b', 'master'])
    expect(realms.map(({ totals }) => (totals as { active: number }).active)).toEqual([1, 2, 0])
  })

  it('of realms that match, as text: each in full, a line for each, how many are visible', async () => {
    const { run } = server()
    const { code, stdout } = await run('sessions', '--realms', 'tenant-*')
    expect(code).toBe(0)
    expect(stdout).toContain('Realm tenant-a: 1 user')
    expect(stdout).toMatch(/^tenant-b +2 +0 +2 +1 +0$/m)
    expect(stdout).toContain('2 realms of 3 realms visible to you')
  })

  it('a realm that fails does not stop the others, and its error is in the result', async () => {
    const { run, a } = server()
    a.on('sessionCounts', () => {
      throw new Error('boom')
    })
    const ran = await run('sessions', '-r', 'tenant-a', '-r', 'nowhere', '-r', 'tenant-b', '--json')
    const { realms, visible, verdict } = ran.json<Several>()
    expect([ran.code, visible, verdict]).toEqual([3, null, 'partial'])
    expect(realms.map(({ realm: name, error }) => [name, error?.code])).toEqual([
      ['tenant-a', 'internal'],
      ['nowhere', 'realm-not-found'],
      ['tenant-b', undefined],
    ])
  })

  it('a server that has gone is tried once, not for each realm', async () => {
    const { run, a, b, master } = server()
    const gone = new TransportError('refused', new URL('https://keycloak.test/admin/realms/tenant-a'))
    for (const one of [a, b, master])
      one.on('clients', () => {
        throw networkFailure(gone)
      })
    const ran = await run('sessions', '--list', '--all-realms', '--json')
    expect(ran.code).toBe(6)
    expect([a, b, master].flatMap(({ calls }) => calls)).toEqual(['clients'])
    expect(ran.stderr).toContain('tenant-b: keycloak.test refuses the connection.')
  })

  it.each([[[]], [['--list']]])(
    '--exclude-user in some of the realms is fine, in none exit 5 (%j)',
    async (more) => {
      const { run } = server()
      const line = ['sessions', '--realms', 'tenant-*', '--json', ...more, '--exclude-user']
      const ran = await run(...line, 'tenant-b-user-0')
      expect(ran.code, ran.stdout).toBe(0)
      expect(ran.stdout).toContain('tenant-b')
      const nowhere = await run(...line, 'tenant-c-user-0')
      expect(nowhere.code).toBe(5)
      expect(nowhere.stdout).toContain('2 realms: user \\"tenant-c-user-0\\" not found')
    },
  )

  it('--list --json names the realm in each line', async () => {
    const { run } = server()
    const { stdout, code } = await run('sessions', '--list', '--realms', 'tenant-*', '--json')
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(code).toBe(0)
    expect(lines.map(({ realm: name, id }) => [name, id])).toEqual([
      ['tenant-a', 'tenant-a-0'],
      ['tenant-b', 'tenant-b-0'],
      ['tenant-b', 'tenant-b-1'],
    ])
  })

  it('after an interruption reads no further realm', async () => {
    const stop = new AbortController()
    const { run, a, b } = server({ signal: stop.signal })
    a.on('clients', () => stop.abort('SIGINT'))
    const ran = await run('sessions', '--list', '--all-realms', '--json')
    expect(ran.code).toBe(130)
    expect(b.calls).toEqual([])
  })
})

describe('doctor', () => {
  it('looks at a host once, not for each realm', async () => {
    const looked: string[] = []
    const look = async (url: string) => {
      looked.push(url)
      return { kind: 'failed', fault: 'refused', detail: 'x', addresses: [] }
    }
    const { run, a, b } = server({ probe: { look } as never })
    for (const one of [a, b]) one.addClient({ clientId: 'x', backchannelLogoutUrl: 'https://app.test/x' })
    await run('doctor', '--realms', 'tenant-*', '--json')
    expect(looked.filter((url) => url.startsWith('https://app.test'))).toHaveLength(1)
  })

  it('refuses an unknown code before any request', async () => {
    const { run, a } = server()
    const { code, stderr } = await run('doctor', '--all-realms', '--accept', 'refussed')
    expect([code, a.calls]).toEqual([2, []])
    expect(stderr).toContain('--accept refussed')
  })

  it('fails if it fails in one realm', async () => {
    const { run } = server()
    const ran = await run('doctor', '--all-realms', '--json')
    const { realms, verdict } = ran.json<Several>()
    expect([ran.code, verdict]).toEqual([7, 'fail'])
    expect(realms.map((one) => one.verdict)).toEqual(['fail', 'fail', 'fail'])
  })
})

describe('configure', () => {
  it('--check of several realms', async () => {
    const { run } = server()
    const ran = await run('configure', '--check', '--realms', 'tenant-*', '--json')
    expect([ran.code, ran.json<Several>().verdict]).toEqual([0, 'unchanged'])
  })

  it('changes one realm only: exit 2 before any request', async () => {
    const { run, a } = server()
    const { code, stderr } = await run('configure', 'shop', '--session-required', '--all-realms')
    expect(code).toBe(2)
    expect(stderr).toContain('--check')
    expect(a.calls).toEqual([])
  })
})
