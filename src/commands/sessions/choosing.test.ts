import { parse } from 'csv-parse/sync'
import { beforeEach, describe, expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import type { Chosen } from '../../core/choice.ts'
import type { SessionItem } from '../../core/session-item.ts'
import { EXIT } from '../../errors.ts'
import type { ClientEstimate, SessionTotals } from './estimate.ts'

const NOW = 1_800_000_000_000
const HOUR = 3_600_000

let keycloak: FakeKeycloak
beforeEach(() => {
  keycloak = new FakeKeycloak({ now: () => NOW })
  for (const clientId of ['shop', 'desk']) keycloak.addClient({ clientId })
  const session = (id: string, username: string, hours: number, ipAddress: string, clients: string[]) =>
    keycloak.addSession({
      ...{ id, username, ipAddress, clients },
      start: NOW - hours * HOUR,
      lastAccess: NOW - (hours / 2) * HOUR,
    })
  session('a1', 'ada', 1, '10.0.0.1', ['shop', 'desk'])
  session('a2', 'ada', 48, '192.0.2.7', ['shop'])
  session('b1', 'bob', 48, '10.0.0.2', ['desk'])
  session('n1', 'bob', 48, '10.0.0.3', [])
  keycloak.addSession({ id: 'b2', username: 'bob', clients: ['desk'], offline: true, ipAddress: '10.0.0.9' })
})

const run = (args: string) => commandLine(keycloak, { now: NOW })('sessions', ...args.split(' '))
async function listed(args: string): Promise<string> {
  const { stdout } = await run(`${args} --list --json`)
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as SessionItem).id)
    .sort()
    .join(' ')
}

describe('sessions with options that choose', () => {
  it.each([
    ['--ip 10.0.0.0/8', 'a1 b1 b2 n1'],
    ['--ip 10.0.0.1 --ip 192.0.2.7', 'a1 a2'],
    ['--idle 12h', 'a2 b1 n1'],
    ['--idle 12h --ip 10.0.0.0/8', 'b1 n1'],
    ['--idle 12h --ip 10.0.0.0/8 --client desk', 'b1'],
    ['--started-before 2h', 'a2 b1 n1'],
    ['--started-after 2h', 'a1 b2'],
    ['--exclude-user bob', 'a1 a2'],
    ['--user ada --ip 10.0.0.0/8', 'a1'],
    ['--user ada --exclude-user ada', ''],
    ['--ip 203.0.113.9', ''],
  ])('%s lists %j', async (args, ids) => {
    expect(await listed(args)).toBe(ids)
  })

  it('count in tables and totals only the chosen sessions, and say what each option chose', async () => {
    const { code, json } = await run('--ip 10.0.0.0/8 --idle 12h --json')
    const result = json<{ chosen: Chosen[]; clients: ClientEstimate[]; totals: SessionTotals }>()
    expect(code).toBe(EXIT.ok)
    expect(result.chosen).toEqual([
      { option: '--ip', values: ['10.0.0.0/8'], sessions: 4 },
      { option: '--idle', values: ['12h'], sessions: 3 },
    ])
    expect(result.totals).toMatchObject({ active: 1, offline: 0, sessions: 2, users: 1, withoutClient: 1 })
    expect(result.clients.find(({ clientId }) => clientId === 'desk')).toMatchObject({ active: 1, users: 1 })
    expect(result.clients.find(({ clientId }) => clientId === 'shop')).toMatchObject({ active: 0 })
  })

  it('say so if no session matches', async () => {
    const { stdout } = await run('--ip 203.0.113.0/24')
    expect(stdout).toContain('--ip 203.0.113.0/24: 0 sessions')
    expect(stdout).toContain('no session matches these options')
  })

  it('send no request for a wrong value', async () => {
    const { code, stderr } = await run('--ip 10.0.0.0/99')
    expect([code, keycloak.calls]).toEqual([EXIT.usage, []])
    expect(stderr).toContain('10.0.0.0/8')
  })
})

describe('sessions --list --csv', () => {
  const rowsOf = (stdout: string): string[][] => parse(stdout)

  it('prints a head and a row for each session, which another library reads', async () => {
    keycloak.addSession({ id: '-x', username: '=1+1', clients: ['shop'], ipAddress: '10.0.9.9' })
    const { code, stdout } = await run('--list --csv --ip 10.0.9.9 --ip 10.0.0.1')
    expect(code).toBe(EXIT.ok)
    expect(rowsOf(stdout)).toEqual([
      ['realm', 'id', 'offline', 'userId', 'username', 'ipAddress', 'started', 'lastAccess', 'clients'],
      [
        'customers',
        'a1',
        'false',
        expect.any(String),
        'ada',
        '10.0.0.1',
        expect.any(String),
        expect.any(String),
        'shop desk',
      ],
      [
        'customers',
        "'-x",
        'false',
        expect.any(String),
        "'=1+1",
        '10.0.9.9',
        expect.any(String),
        expect.any(String),
        'shop',
      ],
    ])
  })

  it('prints only the head if no session matches', async () => {
    const { stdout } = await run('--list --csv --ip 203.0.113.9')
    expect(rowsOf(stdout)).toHaveLength(1)
  })

  it.each(['--csv', '--list --csv --json', '--client='])('%s is exit 2', async (args) => {
    expect((await run(args)).code).toBe(EXIT.usage)
  })
})
