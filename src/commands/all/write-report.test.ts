import { parse } from 'csv-parse/sync'
import { beforeEach, describe, expect, it } from 'vitest'
import { type VirtualClock, virtualClock } from '../../../test/support/clock.ts'
import { commandLine, type Ran, type World } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { schemaErrors } from '../../../test/support/schemas.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { AllOutcome } from './outcome.ts'
import type { AllReport as Report } from './report/all-report.ts'

let clock: VirtualClock
let keycloak: FakeKeycloak
beforeEach(() => {
  clock = virtualClock()
  keycloak = new FakeKeycloak({ now: clock.now })
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  keycloak.addClient({ clientId: 'desk', adminUrl: 'https://desk.example/admin' })
  keycloak.addClient({ clientId: 'chat' })
  for (const [id, clients] of [
    ['s1', ['shop', 'chat']],
    ['s2', ['shop']],
    ['s3', ['desk']],
  ] as const)
    keycloak.addSession({ id, username: `user-${id}`, clients })
  // Each request takes time, as at a real server.
  keycloak.on('endSession', () => clock.sleep(1000))
})

const all = (args: string, world: World = {}): Promise<Ran> =>
  commandLine(keycloak, { clock, ...world })('all', ...args.split(' ').filter(Boolean))
const confirmed = (args = '', world: World = {}) => all(`--confirm customers --json ${args}`, world)
const reportIn = (ran: Ran, path = 'r.json'): Report => JSON.parse(ran.saved[path] ?? '')
const withReport = async (args = '', world: World = {}) => {
  const ran = await confirmed(`--report r.json ${args}`, world)
  return { ran, report: reportIn(ran), outcome: ran.json<AllOutcome & { schemaVersion: number }>() }
}
const statusOf = ({ notified }: Report) =>
  Object.fromEntries(notified.map(({ clientId, status, why }) => [clientId, [status, why]]))
const failsFor = (id: string, error: () => Error) =>
  keycloak.on('endSession', (ended) => {
    if (ended === id) throw error()
  })
const marksOf = ({ timeline }: Report) =>
  (timeline?.marks ?? []).filter(({ what }) => what !== 'phase').map(({ what, detail }) => [what, detail])
const serverError = () => new UserError('server-error', 'It failed.')

describe('--report', () => {
  it('contains who ran it, when, where, how, and the whole outcome', async () => {
    const { ran, report, outcome } = await withReport('--strict --concurrency 1')
    expect(ran.code).toBe(EXIT.partial)
    const { schemaVersion, ...result } = outcome
    expect(report).toMatchObject({
      schemaVersion: 1,
      report: 'all',
      planOnly: false,
      by: { username: 'admin', clientId: 'admin-cli', loginRealm: 'master' },
      where: {
        realm: 'customers',
        realmSource: '--realm',
        server: 'https://keycloak.test',
        serverSource: '--server',
        keycloakVersion: '26.7.4',
        insecure: false,
      },
      kcLogout: {
        command: 'all',
      },
      outcome: result,
      exitCode: EXIT.partial,
    })
    expect(report.kcLogout.options).toEqual(
      '--confirm customers --report r.json --strict --concurrency 1'.split(' '),
    )
    expect(report.when.seconds).toBeGreaterThanOrEqual(2)
    expect(Date.parse(report.when.ended) - Date.parse(report.when.began)).toBe(report.when.seconds * 1000)
    expect(report.when.utcOffset).toMatch(/^[+-]\d\d:\d\d$/)
    expect(ran.stderr).toContain('Report: r.json')
  })

  it('contains the notification status of each client and the reason', async () => {
    const { report } = await withReport()
    expect(statusOf(report)).toEqual({
      chat: ['not-notified', 'no-url'],
      shop: ['unconfirmed', 'answers-unknown'],
      desk: ['unconfirmed', null],
    })
  })

  it.each(['', '--no-realm-step', '--client shop', '--realm-step-only', '--dry-run'])(
    'matches its schema (%s)',
    async (args) => {
      const { report } = await withReport(args)
      expect(schemaErrors('report', report)).toEqual([])
    },
  )

  it('records the sessions that were left at each client during the run', async () => {
    const { timeline } = (await withReport('--concurrency 1')).report
    const index = timeline?.series.findIndex(({ clientId }) => clientId === 'shop') ?? -1
    expect(timeline?.samples.map(({ left }) => left[index])).toEqual(expect.arrayContaining([2, 1, 0]))
    expect(timeline?.samples[0]?.left.reduce((sum, left) => sum + left, 0)).toBe(4)
    expect(timeline?.samples.at(-1)?.left).toEqual([0, 0, 0])
    expect(timeline?.marks.map(({ detail }) => detail)).toContain("Keycloak's realm logout")
  })

  it('contains the session, code and cause of a failure, and what is left', async () => {
    failsFor('s2', serverError)
    const { ran, report } = await withReport()
    expect(ran.code).toBe(EXIT.partial)
    expect(report.outcome.phases[0]?.failed).toEqual([
      { session: 's2', user: 'user-s2', code: 'server-error', error: 'It failed.' },
    ])
    expect(report.outcome.after.left).toBe(2)
    expect(statusOf(report).desk).toEqual(['not-yet', 'step-not-run'])
    expect(marksOf(report)).toEqual([['failure', 'server-error']])
    expect(report.timeline?.samples.at(-1)?.left.reduce((sum, left) => sum + left, 0)).toBe(2)
  })

  it('marks the cut-off and a pause of the server', async () => {
    let refused = 0
    keycloak.on('endSession', () => {
      if (refused++ === 0)
        throw new UserError('too-many-requests', 'Later.', {
          exitCode: EXIT.unreachable,
          retryAfter: 7000,
        })
    })
    const { ran, report } = await withReport('--cut-off-first --concurrency 1')
    expect(ran.code).toBe(EXIT.ok)
    expect(marksOf(report)).toEqual([
      ['cut-off', ''],
      ['pause', '7'],
    ])
  })

  it('is written after an interruption', async () => {
    const controller = new AbortController()
    keycloak.on('endSession', () => controller.abort('SIGINT'))
    const { ran, report } = await withReport('--concurrency 1', { signal: controller.signal })
    expect(ran.code).toBe(EXIT.interrupted)
    expect(report).toMatchObject({
      exitCode: EXIT.interrupted,
      outcome: { interrupted: true, verdict: 'partial', phases: [{ ended: 1, untried: 1 }] },
    })
    expect(marksOf(report)).toEqual([['interrupted', 'SIGINT']])
  })

  it('contains the exit code of the signal that ended the run', async () => {
    const controller = new AbortController()
    keycloak.on('endSession', () => controller.abort('SIGTERM'))
    const { ran, report } = await withReport('--concurrency 1', { signal: controller.signal })
    expect([ran.code, report.exitCode]).toEqual([EXIT.terminated, EXIT.terminated])
  })

  it('is written if the run could not continue', async () => {
    failsFor('s1', () => new UserError('role-missing', 'The role is missing.', { exitCode: EXIT.denied }))
    const { ran, report } = await withReport('--concurrency 1')
    expect(ran.code).toBe(EXIT.denied)
    expect(report.outcome.error).toMatchObject({ code: 'role-missing' })
    expect(marksOf(report)).toContainEqual(['stopped', 'role-missing'])
  })

  it('is written after a bug of ours, without a claim about what was done', async () => {
    keycloak.on('logoutRealm', () => {
      throw new TypeError('no such thing')
    })
    const ran = await confirmed('--report r.json --concurrency 1')
    expect(ran.code).toBe(EXIT.failed)
    const report = reportIn(ran)
    expect(report).toMatchObject({
      planOnly: false,
      exitCode: EXIT.failed,
      outcome: { error: { code: 'internal', message: 'no such thing' }, phases: [], verdict: 'failed' },
    })
    expect(report.timeline?.samples.at(-1)?.left).toEqual([0, 0, 1])
    const page = (await confirmed('--report r.md')).saved['r.md']
    expect(page).toContain('Broke off: what was done is unknown')
  })

  it('of a plan says that nothing was changed', async () => {
    const ran = await all('--dry-run --report r.json')
    expect(ran.code).toBe(EXIT.ok)
    const report = reportIn(ran)
    expect(report).toMatchObject({ planOnly: true, timeline: null, outcome: { dryRun: true, phases: [] } })
    expect(statusOf(report)).toMatchObject({ shop: ['planned', null], chat: ['not-notified', 'no-url'] })
    expect(keycloak.operations).toEqual([])
    for (const format of ['md', 'html']) {
      const page = (await all(`--dry-run --report r.${format}`)).saved[`r.${format}`]
      expect(page).toContain('This is a plan. Nothing was changed.')
    }
  })

  it('has no user name if a given access token contains none', async () => {
    keycloak.signedInAs = { username: undefined, clientId: undefined, loginRealm: 'staff' }
    const token = { source: 'KC_LOGOUT_TOKEN', reveal: async () => 'secret-token' }
    const { ran, report } = await withReport('', { settings: { token } })
    expect(report.by).toEqual({ username: null, clientId: null, loginRealm: 'staff' })
    expect(JSON.stringify(ran.saved)).not.toContain('secret-token')
  })
})

describe('the file of a report', () => {
  it.each(['r', 'r.txt', 'r.html.gz', 'json', 'r.'])(
    'cannot be named %s: exit 2, nothing is sent',
    async (path) => {
      const ran = await confirmed(`--report ${path}`)
      expect([ran.code, keycloak.calls]).toEqual([EXIT.usage, []])
      expect(ran.json<{ error: { code: string } }>().error.code).toBe('report-format')
    },
  )

  it.each(['r.HTML', 'r.Md', './a.b/r.json'])('may be named %s', async (path) => {
    const ran = await confirmed(`--report ${path}`)
    expect([ran.code, Object.keys(ran.saved)]).toEqual([EXIT.ok, [path]])
  })

  it('is checked before anything is sent: an existing file is not overwritten', async () => {
    const ran = await confirmed('--report r.md', { files: { 'r.md': 'an earlier record' } })
    expect([ran.code, keycloak.calls, ran.saved]).toEqual([EXIT.usage, [], {}])
  })

  it.each([
    ['exit code 0 becomes 1', 'done', EXIT.failed, () => {}],
    ['another exit code stays', 'partial', EXIT.partial, () => failsFor('s2', serverError)],
  ])(
    'cannot be written on a full disk: the result is on stdout, and %s',
    async (_, verdict, code, prepare) => {
      prepare()
      const ran = await confirmed('--report r.html', { diskFull: true })
      expect([ran.code, ran.json<AllOutcome>().verdict]).toEqual([code, verdict])
      expect(ran.stderr).toContain('no space left on the disk')
      expect(ran.stderr).toContain('the result is on stdout')
    },
  )

  it('is not written if the confirmation was declined', async () => {
    const ran = await all('--report r.html', { agrees: false })
    expect([ran.code, ran.saved]).toEqual([EXIT.declined, {}])
  })
})

describe('--report of `all` in CSV', () => {
  const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true })

  it('has one line for each session and client, with what came of it', async () => {
    keycloak.addSession({ id: 'o1', username: 'user-s1', clients: ['shop'], offline: true })
    failsFor('s2', serverError)
    const ran = await confirmed('--report r.csv --no-realm-step --ticket INC-7')
    const rows = rowsOf(ran.saved['r.csv'] ?? '')
    expect(
      rows.map(({ sessionId, clientId, session, notified }) => [sessionId, clientId, session, notified]),
    ).toEqual([
      ['s1', 'shop', 'ended', 'unconfirmed'],
      ['s1', 'chat', 'ended', 'not-notified'],
      ['s2', 'shop', 'active', 'unconfirmed'],
      ['s3', 'desk', 'ended', expect.any(String)],
      ['o1', 'shop', 'stays', 'unconfirmed'],
    ])
    expect(new Set(rows.map(({ ticket, realm }) => `${ticket} ${realm}`))).toEqual(
      new Set(['INC-7 customers']),
    )
  })

  it('says which sessions the realm logout ended', async () => {
    const ran = await confirmed('--report r.csv --realm-step-only')
    expect(rowsOf(ran.saved['r.csv'] ?? '').map(({ session }) => session)).toEqual(
      Array.from({ length: 4 }, () => 'ended-by-realm-logout'),
    )
  })
})
