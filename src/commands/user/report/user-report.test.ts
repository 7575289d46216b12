import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { commandLine, type World } from '../../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../../test/support/fake-keycloak.ts'
import { schemaErrors } from '../../../../test/support/schemas.ts'
import { EXIT, UserError } from '../../../errors.ts'

function realm(name = 'customers'): FakeKeycloak {
  const keycloak = new FakeKeycloak({ realm: name })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  keycloak.addClient({ clientId: '=chat' })
  keycloak.addSession({ id: '-s1', username: 'ada', clients: ['shop', '=chat'] })
  keycloak.addSession({ id: 's2', username: 'ada', clients: ['shop'] })
  keycloak.addSession({ id: 's3', username: 'bob', clients: ['shop'] })
  return keycloak
}

const user = async (file: string, args: string, world: World = {}, keycloak = realm()) => {
  const line = ['user', ...args.split(' '), '--report', file]
  const ran = await commandLine(keycloak, world)(...line)
  return { ...ran, file: ran.saved[file] ?? '' }
}
const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true })

describe('user --report', () => {
  it('in JSON: who, why, the outcome, which clients were not notified, until when tokens live', async () => {
    const { file, code } = await user('r.json', 'ada bob --yes --ticket INC-7 --reason hacked')
    const report = JSON.parse(file)
    expect(code).toBe(0)
    expect(schemaErrors('user-report', report)).toEqual([])
    expect(report).toMatchObject({
      report: 'user',
      reason: 'hacked',
      ticket: 'INC-7',
      kcLogout: {
        command: 'user',
        options: ['ada', 'bob', '--yes', '--ticket', 'INC-7', '--reason', 'hacked', '--report', 'r.json'],
      },
      notified: [
        { clientId: '=chat', status: 'not-notified', sessions: 1 },
        { clientId: 'shop', status: 'unconfirmed', sessions: 3, ended: 3 },
      ],
      outcome: { verdict: 'done' },
      tokens: { offline: 'none' },
    })
    const { accessUntil } = report.tokens
    expect(Date.parse(accessUntil) - Date.parse(report.when.ended)).toBe(300_000)
  })

  it('names the clients that were not notified in the box of the page', async () => {
    const { file } = await user('r.md', 'ada --yes')
    expect(file).toContain('> 1 client was not notified: `=chat`.')
    expect(file).toContain('> **Done: 2 sessions of 1 user ended, 0 left**')
    expect((await user('r.html', 'ada --yes')).file).toContain(
      '1 client was not notified: <code>=chat</code>.',
    )
  })

  it('in CSV: one line for each session and client, cells that would be formulas as text', async () => {
    const { file } = await user('r.csv', 'ada --yes --ticket INC-7')
    expect(
      rowsOf(file).map(({ username, sessionId, clientId, session, notified, why, ticket }) => [
        ...[username, sessionId, clientId, session, notified, why, ticket],
      ]),
    ).toEqual([
      ['ada', "'-s1", 'shop', 'ended', 'unconfirmed', 'answers-unknown', 'INC-7'],
      ['ada', "'-s1", "'=chat", 'ended', 'not-notified', 'no-url', 'INC-7'],
      ['ada', 's2', 'shop', 'ended', 'unconfirmed', 'answers-unknown', 'INC-7'],
    ])
  })

  it('of a dry run is a plan', async () => {
    const { file } = await user('r.json', 'ada --dry-run')
    expect(JSON.parse(file)).toMatchObject({
      planOnly: true,
      tokens: null,
      notified: [{}, { status: 'planned' }],
    })
    expect(rowsOf((await user('r.csv', 'ada --dry-run')).file).map(({ session }) => session)).toEqual([
      'planned',
      'planned',
      'planned',
    ])
  })

  it('says what failed', async () => {
    const keycloak = realm()
    keycloak.on('endSession', (id) => {
      if (id === 's2') throw new UserError('server-error', 'It failed.')
    })
    const { file, code } = await user('r.md', 'ada --yes', {}, keycloak)
    expect(code).toBe(EXIT.partial)
    expect(file).toContain('## Failures: 1')
    expect(file).toContain('`It failed.`')
  })

  it.each([
    ['r.txt', 'ada --yes'],
    ['r.json', 'ada --yes --reason two\u0000'],
  ])('%s %s is exit 2 before any request', async (file, args) => {
    const keycloak = realm()
    expect((await user(file, args, {}, keycloak)).code).toBe(2)
    expect(keycloak.calls).toEqual([])
  })

  it('is not written when declined, and exit 1 if it cannot be written', async () => {
    const declined = await user('r.json', 'ada', { agrees: false })
    expect([declined.code, declined.file]).toEqual([8, ''])
    expect((await user('r.json', 'ada --yes', { diskFull: true })).code).toBe(1)
  })

  it('lets the requests say why', async () => {
    const { announced } = await user('r.json', 'ada --yes --ticket INC-7')
    expect(announced).toEqual(['ticket INC-7'])
  })
})

describe('--report of several realms', () => {
  const world = () => ({ others: [realm('staff')] })

  it('is one file: each realm, those that failed too', async () => {
    const line = 'ada --yes -r customers -r staff -r nowhere'
    const { file, code } = await user('r.json', line, world())
    const report = JSON.parse(file)
    expect(code).toBe(EXIT.partial)
    expect(schemaErrors('user-report-realms', report)).toEqual([])
    expect(report.exitCode).toBe(EXIT.partial)
    expect(
      report.realms.map(
        (one: { where?: { realm: string }; realm?: string }) => one.where?.realm ?? one.realm,
      ),
    ).toEqual(['customers', 'staff', 'nowhere'])
  })

  it('as a page has a line for each realm, and names the clients that were not notified', async () => {
    const { file } = await user('r.md', 'ada --yes -r customers -r staff -r nowhere', world())
    expect(file).toContain('> `customers`: 1 client was not notified: `=chat`.')
    expect(file).toMatch(/^\| `nowhere` \| \*\*`Realm nowhere was not found.`\*\* \| – \|$/m)
    expect(file).toContain('## staff: Notifications')
  })

  it('in CSV names the realm in each line', async () => {
    const { file } = await user('r.csv', 'ada --yes -r customers -r staff', world())
    expect(rowsOf(file).map((row) => row.realm)).toEqual([
      ...Array.from({ length: 3 }, () => 'customers'),
      ...Array.from({ length: 3 }, () => 'staff'),
    ])
  })
})
