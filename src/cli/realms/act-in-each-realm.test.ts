import { describe, expect, it } from 'vitest'
import { commandLine, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'

function realm(name: string, ...users: string[]): FakeKeycloak {
  const keycloak = new FakeKeycloak({ realm: name })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: `https://${name}.example/logout` })
  for (const username of users)
    keycloak.addSession({ id: `${name}-${username}`, username, clients: ['shop'] })
  return keycloak
}

function server(world: World = {}) {
  const a = realm('tenant-a', 'ada', 'bob')
  const b = realm('tenant-b', 'ada')
  const master = realm('master', 'root')
  return { run: commandLine(a, { others: [master, b], ...world }), a, b, master }
}

interface Several {
  realms: { realm: string; verdict?: string; error?: { code: string } }[]
  verdict: string
}
const brief = ({ realms }: Several) => realms.map((one) => [one.realm, one.verdict ?? one.error?.code])
const ends = (keycloak: FakeKeycloak) =>
  keycloak.operations.filter(({ name }) => name === 'endSession').map(({ args }) => args[0])

describe('all', () => {
  it('one plan and one question, then realm by realm, the realm signed in to last', async () => {
    const { run, a, b, master } = server({ types: '3' })
    const order: string[] = []
    for (const keycloak of [a, b, master]) keycloak.on('logoutRealm', () => void order.push(keycloak.realm))
    const ran = await run('all', '--all-realms', '--json')
    expect(ran.code).toBe(0)
    expect(ran.asked).toEqual([
      'This ends sessions in 3 realms. Type the number of these realms to continue:',
    ])
    expect(order).toEqual(['tenant-a', 'tenant-b', 'master'])
    expect([brief(ran.json()), ran.json<Several>().verdict]).toEqual([
      [
        ['tenant-a', 'done'],
        ['tenant-b', 'done'],
        ['master', 'done'],
      ],
      'done',
    ])
    expect([a, b, master].map(({ deliveries }) => deliveries.length)).toEqual([2, 1, 1])
  })

  it.each([
    ['--confirm-count', '2'],
    ['--confirm', 'tenant-a', '--confirm', 'tenant-b'],
  ])('%s %s … confirms without a question', async (...confirmation) => {
    const { run, a, b } = server()
    const { code, asked, stderr } = await run('all', '--realms', 'tenant-*', ...confirmation)
    expect([code, asked]).toEqual([0, []])
    expect(stderr).toMatch(/^tenant-a +2 +2/m)
    expect([ends(a).length, ends(b).length]).toEqual([2, 1])
  })

  it.each([
    [['--confirm-count', '3'], 8, '--confirm-count is 3, but the run is for 2 realms.'],
    [['--confirm', 'tenant-a'], 8, '--confirm is missing for "tenant-b"'],
    [['--confirm', 'tenant-a', '--confirm', 'staff'], 8, '"staff", which is not one of'],
    [['--confirm', 'tenant-a', '--confirm-count', '2'], 2, 'are both given'],
    [[], 8, 'Confirmation required'],
    [['--confirm-count', '2', '--evidence', 'log:-'], 2, 'one realm only'],
  ] as const)('%j is refused, and no realm is read', async (confirmation, exitCode, message) => {
    const { run, a, b } = server()
    const { code, stderr } = await run('all', '--realms', 'tenant-*', ...confirmation)
    expect(code).toBe(exitCode)
    expect(stderr).toContain(message)
    expect([...a.calls, ...b.calls]).toEqual([])
  })

  it('--exclude-user spares the user where there is one', async () => {
    const { run, a, b, master } = server()
    const ran = await run('all', '--all-realms', '--exclude-user', 'bob', '--confirm-count', '3')
    expect(ran.code, ran.stderr).toBe(0)
    expect([ends(a), ends(b), ends(master)]).toEqual([['tenant-a-ada'], ['tenant-b-ada'], ['master-root']])
  })

  it.each([
    ['all', '--confirm-count', '3'],
    ['user', 'ada', '--yes'],
  ])('%s --exclude-user with a name that no realm has is exit 5, and nothing changes', async (...line) => {
    const { run, a, b, master } = server()
    const { code, stderr } = await run(...line, '--all-realms', '--exclude-user', 'eve')
    expect(code).toBe(5)
    expect(stderr).toContain('3 realms: user "eve" not found')
    expect([a, b, master].flatMap(({ operations }) => operations)).toEqual([])
  })

  it('--confirm-count is for several realms', async () => {
    const { run } = server()
    const { code, stderr } = await run('all', '--confirm-count', '1')
    expect(code).toBe(2)
    expect(stderr).toContain('Use --confirm tenant-a.')
  })

  it('changes nothing in any realm when declined', async () => {
    const { run, a, b } = server({ types: '1' })
    const { code } = await run('all', '--realms', 'tenant-*')
    expect(code).toBe(8)
    expect([...a.operations, ...b.operations]).toEqual([])
  })

  it('--dry-run shows all plans and changes nothing', async () => {
    const { run, a, b } = server()
    const ran = await run('all', '--realms', 'tenant-*', '--dry-run', '--json')
    expect([ran.code, ran.json<Several>().verdict]).toEqual([0, 'planned'])
    expect([...a.operations, ...b.operations]).toEqual([])
  })

  it('a realm that cannot be planned is left out, the others are logged out: exit 3', async () => {
    const { run, a, b } = server()
    a.roles = { ...a.roles, 'manage-users': false }
    const ran = await run('all', '--realms', 'tenant-*', '--confirm-count', '2', '--json')
    expect(ran.code).toBe(3)
    expect(brief(ran.json())).toEqual([
      ['tenant-a', 'role-missing'],
      ['tenant-b', 'done'],
    ])
    expect([ends(a).length, ends(b).length]).toEqual([0, 1])
  })

  it('the question counts only realms with something to do', async () => {
    const { run, a, b } = server({ types: '2' })
    a.roles = { ...a.roles, 'manage-users': false }
    const ran = await run('all', '--all-realms')
    expect(ran.asked).toEqual([
      'This ends sessions in 2 realms. Type the number of these realms to continue:',
    ])
    expect([ran.code, ends(b).length]).toEqual([3, 1])
  })

  it('many realms: -r is advised for what can be read again, not for what was done', async () => {
    const names = ['b', 'c', 'd', 'e', 'f'].map((letter) => `tenant-${letter}`)
    const others = names.map((name) => realm(name, 'ada'))
    const run = commandLine(realm('tenant-a', 'ada'), { others })
    const advice = '-r REALM shows one of them in full.'
    expect((await run('all', '--realms', 'tenant-*', '--dry-run')).stdout).toContain(advice)
    const done = await run('all', '--realms', 'tenant-*', '--confirm-count', '6')
    expect(done.stdout).toContain('6 realms')
    expect(done.stdout).not.toContain(advice)
  })

  it('a signal stops after the realm in hand: the others stay, and another run finishes them', async () => {
    const stop = new AbortController()
    const { run, a, b } = server({ signal: stop.signal })
    a.on('endSession', () => stop.abort('SIGINT'))
    const ran = await run('all', '--realms', 'tenant-*', '--confirm-count', '2', '--json')
    expect(ran.code).toBe(130)
    expect(brief(ran.json()).at(-1)).toEqual(['tenant-b', 'interrupted'])
    expect(ends(b)).toEqual([])
    a.on('endSession', () => {})
    const again = commandLine(a, { others: [b] })
    expect((await again('all', '--realms', 'tenant-*', '--confirm-count', '2')).code).toBe(0)
    expect(a.deliveries.map(({ sid }) => sid).sort()).toEqual(['tenant-a-ada', 'tenant-a-bob'])
    expect(b.deliveries.map(({ sid }) => sid)).toEqual(['tenant-b-ada'])
  })
})

describe('user', () => {
  it('logs a user out where there is one, and skips realms without', async () => {
    const { run, a, b, master } = server({ agrees: true })
    const ran = await run('user', 'bob', 'ada', '--all-realms', '--json')
    expect(ran.code).toBe(0)
    expect(ran.asked).toEqual(['Log 3 users out in 2 realms?'])
    expect(brief(ran.json())).toEqual([
      ['tenant-a', 'done'],
      ['tenant-b', 'done'],
      ['master', 'nothing-to-do'],
    ])
    expect([a, b, master].map((keycloak) => ends(keycloak).length)).toEqual([2, 1, 0])
  })

  it('a name that no realm has is exit 5, and nothing changes', async () => {
    const { run, a } = server()
    const { code, stderr } = await run('user', 'ada', 'eve', '--all-realms', '--yes')
    expect(code).toBe(5)
    expect(stderr).toContain('3 realms: user "eve" not found')
    expect(a.operations).toEqual([])
  })

  it('--exclude-user spares a user where there is one', async () => {
    const { run, a, b } = server()
    const line = ['user', 'ada', 'bob', '--realms', 'tenant-*', '--exclude-user', 'bob', '--yes']
    expect((await run(...line)).code).toBe(0)
    expect([ends(a), ends(b)]).toEqual([['tenant-a-ada'], ['tenant-b-ada']])
  })

  it('reads names from stdin once', async () => {
    const { run, a, b } = server({ files: { '-': 'ada\nbob\n' } })
    const { code } = await run('user', '-', '--realms', 'tenant-*', '--yes')
    expect(code).toBe(0)
    expect([ends(a).length, ends(b).length]).toEqual([2, 1])
  })

  it.each([
    [['--yes', '--session', 's'], 2],
    [[], 8],
  ] as const)('%j is exit %i before a realm is read', async (more, exitCode) => {
    const { run, a } = server()
    expect((await run('user', 'ada', '--all-realms', ...more)).code).toBe(exitCode)
    expect(a.calls).toEqual([])
  })
})
