import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ANSWERS_LOG } from '../support/answers-log.ts'
import { type Fault, type FaultyReceivers, startFaultyReceivers } from '../support/faulty-receivers.ts'
import { type StartedKeycloak, startKeycloak } from '../support/keycloak/server.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

const FAILING: readonly (readonly [Fault, code: string])[] = [
  ['refused', 'refused'],
  ['unknown-host', 'unknown-host'],
  ['hangs', 'read-timeout'],
  ['resets', 'connection-closed'],
  ['hangs-up', 'connection-closed'],
  ['tls-self-signed', 'tls-untrusted'],
  ['tls-unknown-ca', 'tls-untrusted'],
  ['tls-no-intermediate', 'tls-untrusted'],
  ['tls-wrong-name', 'tls-wrong-name'],
  ['tls-expired', 'tls-expired'],
  ['tls-not-yet-valid', 'tls-not-yet-valid'],
  ['tls-old-protocol', 'tls-old-protocol'],
  ['tls-not-spoken', 'tls-not-spoken'],
]
const REFUSING: readonly Fault[] = [
  'answers-302',
  'answers-400',
  'answers-401',
  'answers-403',
  'answers-404',
  'answers-405',
  'answers-500',
  'tls-good',
  'tls-with-intermediate',
]

/** Clients with a user of their own, who has no other session. */
const ALONE = ['app-template', 'app-disabled', 'tills, all']
const userOf = (client: string) => `only-${client.replace(/\W/g, '')}`

interface Report {
  findings: { code: string; act?: string; clientId?: string; realm?: string; url?: string; count: number }[]
  statusVisible: boolean
}

describe('kc-logout explain, on the log of a real Keycloak that receivers made fail', () => {
  let folder: string
  let receivers: FaultyReceivers
  let keycloak: StartedKeycloak
  let realm: TestRealm
  let logFile: string

  beforeAll(async () => {
    receivers = await startFaultyReceivers()
    folder = await mkdtemp(join(tmpdir(), 'kc-logout-explain-'))
    const ca = join(folder, 'ca.pem')
    await writeFile(ca, receivers.ca)
    // A server of its own: its log is to be read, and ResourceAdminManager is to be at DEBUG.
    keycloak = await startKeycloak({
      version: inject('keycloak').version,
      args: [ANSWERS_LOG, `--truststore-paths=${ca}`],
    })
    if (!keycloak.logFile) throw new Error('there is no log to read')
    logFile = keycloak.logFile
    const clients = [
      ...FAILING.map(([fault]) => fault),
      ...REFUSING,
      'ok' as const,
      'tls-client-certificate' as const,
    ].map((fault) => ({
      clientId: `app-${fault}`,
      backchannelLogoutUrl: receivers.url(fault),
    }))
    realm = await createRealm(keycloak, {
      clients: [
        ...clients,
        { clientId: 'app-front', backchannelLogoutUrl: receivers.url('ok'), frontchannelLogout: true },
        // Each has its user to itself: in one logout with others the log does not say which client a URL is of.
        { clientId: 'app-template', backchannelLogoutUrl: 'http://${nothing}.example/logout' },
        { clientId: 'app-disabled', backchannelLogoutUrl: receivers.url('ok') },
        {
          clientId: 'tills, all',
          backchannelLogoutUrl: receivers.url('ok'),
          frontchannelLogout: true,
        },
      ],
      users: ['ada', ...ALONE.map(userOf)],
    })
    for (const { clientId } of [...clients, { clientId: 'app-front' }])
      await directGrant(realm, { user: 'ada', client: clientId })
    await realm.post(`/users/${await realm.idOfUser('ada')}/logout`, {})
    for (const client of ALONE) await directGrant(realm, { user: userOf(client), client })
    await realm.put(`/clients/${await realm.idOfClient('app-disabled')}`, { enabled: false })
    for (const client of ALONE) await realm.post(`/users/${await realm.idOfUser(userOf(client))}/logout`, {})
  }, 240_000)
  afterAll(async () => {
    await keycloak?.stop()
    await receivers?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const explain = async (file: string) => {
    const ran = await runCli(['explain', file, '--json'])
    expect(ran.code, ran.stderr).toBe(7)
    return ran.json<Report>()
  }
  const failures = FAILING.map(([fault, code]) => `app-${fault} ${code}`)
  const unnotified = [
    'tills, all not-notified',
    'app-disabled not-notified',
    'app-front not-notified',
    'app-template url-unusable',
  ]
  // In TLS 1.3 the refusal comes after the handshake: Java meets it, or the end of the connection, whichever is first.
  const eitherWay = [
    'app-tls-client-certificate tls-client-certificate',
    'app-tls-client-certificate connection-closed',
  ]
  const shown = ({ findings }: Report) =>
    findings
      .map(({ clientId, code, count }) => `${clientId} ${code}${count === 1 ? '' : ` ${count}`}`)
      .filter((one) => !eitherWay.includes(one))
      .sort()

  test('at DEBUG: every failure and every refusal, by client and cause, and nothing else', async () => {
    const report = await explain(logFile)
    expect(report.statusVisible).toBe(true)
    expect(report.findings.filter(({ clientId }) => clientId === 'app-tls-client-certificate')).toHaveLength(
      1,
    )
    const refusals = REFUSING.filter((fault) => fault.startsWith('answers')).map(
      (fault) => `app-${fault} ${fault.replace('answers', 'answered')}`,
    )
    // These answer 400, as they know nobody who signs: well connected, and refusing all the same.
    const wellConnected = ['app-ok', 'app-tls-good', 'app-tls-with-intermediate'].map(
      (app) => `${app} answered-400`,
    )
    expect(shown(report)).toEqual([...failures, ...refusals, ...wellConnected, ...unnotified].sort())
    expect(report.findings.find(({ code }) => code === 'not-notified')?.realm).toBe(realm.name)
    for (const { clientId, url } of report.findings.filter(
      ({ code }) => !['not-notified', 'url-unusable'].includes(code),
    ))
      expect(url, clientId).toBe(receivers.url(clientId?.replace('app-', '') as Fault))
  })

  test('at the default level: every logged failure, and a note that refusals cannot be seen', async () => {
    const usual = join(folder, 'usual.log')
    const lines = (await readFile(logFile, 'utf8')).split('\n')
    // What the level decides is whether a line of DEBUG is written, and nothing else.
    await writeFile(usual, lines.filter((line) => !/^\S+ \S+ DEBUG/.test(line)).join('\n'))
    const report = await explain(usual)
    expect(report.statusVisible).toBe(false)
    expect(shown(report)).toEqual([...failures, ...unnotified].sort())
    expect((await runCli(['explain', usual])).stdout.replace(/\s+/g, ' ')).toContain(
      'Keycloak logs those at DEBUG only',
    )
  })

  test('a pipe gives the same findings as a file', async () => {
    const ran = await runCli(['explain', '-', '--json'], { stdin: await readFile(logFile, 'utf8') })
    expect(ran.json<Report>().findings).toEqual((await explain(logFile)).findings)
  })

  test('--follow shows new failures', async () => {
    const ran = await runCli(['explain', '--follow', logFile, '--json'], {
      onStart({ signal }) {
        setTimeout(async () => {
          await directGrant(realm, { user: 'ada', client: 'app-refused' })
          await realm.post(`/users/${await realm.idOfUser('ada')}/logout`, {})
          setTimeout(() => signal('SIGINT'), 2000)
        }, 1500)
      },
    })
    expect(ran.code).toBe(130)
    const items = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(items.at(-1)).toMatchObject({ code: 'refused', clientId: 'app-refused', count: 2 })
  })
})
