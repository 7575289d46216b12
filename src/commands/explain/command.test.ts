import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'

const log = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/${name}.log`, import.meta.url), 'utf8')
const REFUSED =
  "2026-11-21 05:30:47,791 WARN  [org.keycloak.services] (t-2) KC-SERVICES0057: Logout for client 'shop' failed: org.apache.http.conn.HttpHostConnectException: Connect to 127.0.0.1:33023 [/127.0.0.1] failed: Connection refused"

test('a failed logout on the screen: what, how often, why, and what to do', async () => {
  const run = commandLine(new FakeKeycloak(), { files: { 'server.log': `${REFUSED}\n` } })
  const { code, stdout } = await run('explain', 'server.log')
  expect(code).toBe(7)
  expect(stdout).toMatchInlineSnapshot(`
    "x Client shop did not get the logout: nothing accepts connections there.
      refused, once, 2026-11-21 05:30:47,791
      why The application was not notified: people stay signed in there until it looks
        at its tokens again.
      fix Start the application, or correct host and port. From Keycloak's own
        container, localhost is the container itself. See \`kc-logout doctor shop\`.
      log 2026-11-21 05:30:47,791 WARN  [org.keycloak.services] (t-2)
        KC-SERVICES0057: Logout for client 'shop' failed:
        org.apache.http.conn.HttpHostConnectException: Connect to 127.0.0.1:33023
        [/127.0.0.1] failed: Connection refused

    1 finding (2 lines read)
    Not in this log: applications that answered a logout with an HTTP status such as
      302, 400 or 500. Keycloak logs those at DEBUG only: start it with
      --log-level=INFO,org.keycloak.services.managers.ResourceAdminManager:debug
    "
  `)
})

test('a pipe is read without being named', async () => {
  const run = commandLine(new FakeKeycloak(), { files: { '-': REFUSED } })
  const { code, json } = await run('explain', '--json')
  expect(code).toBe(7)
  expect(json()).toEqual({
    schemaVersion: 1,
    lines: 1,
    entries: 1,
    unread: 0,
    statusVisible: false,
    verdict: 'fail',
    findings: [
      {
        code: 'refused',
        severity: 'error',
        act: 'logout',
        clientId: 'shop',
        count: 1,
        first: '2026-11-21 05:30:47,791',
        last: '2026-11-21 05:30:47,791',
        message: 'Client shop did not get the logout: nothing accepts connections there.',
        why: expect.stringContaining('not told'),
        fix: expect.stringContaining('kc-logout doctor shop'),
        sample: REFUSED,
      },
    ],
  })
})

test('a log without failures: exit 0, and what it cannot show', async () => {
  const calm = '2026-11-21 05:07:57,170 INFO  [io.quarkus] (main) Keycloak 26.7.4 started\n'
  const { code, stdout } = await commandLine(new FakeKeycloak(), { files: { a: calm } })('explain', 'a')
  expect(code).toBe(0)
  expect(stdout).toContain('No failed logout in this log')
  expect(stdout).toContain('ResourceAdminManager:debug')
})

test('with ResourceAdminManager at DEBUG there is nothing to warn of', async () => {
  const run = commandLine(new FakeKeycloak(), { files: { a: log('keycloak-26.7.4-debug') } })
  const { code, stdout } = await run('explain', 'a')
  expect(code).toBe(7)
  expect(stdout).not.toContain('Not in this log')
  expect(stdout).toContain('app-405 answered the logout with HTTP 405')
  // What is longer is a URL or a class name, which is not cut.
  const long = stdout.split('\n').filter((line) => line.length > 80)
  expect(long.filter((line) => !/\S{40}/.test(line))).toEqual([])
})

test('--follow with --json: one finding a line, each as it stands then', async () => {
  const run = commandLine(new FakeKeycloak(), { files: { a: `${REFUSED}\n${REFUSED}\n` } })
  const { code, stdout } = await run('explain', 'a', '--follow', '--json')
  expect(code).toBe(7)
  const items = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(items).toMatchObject([
    { schemaVersion: 1, code: 'refused', count: 1 },
    { schemaVersion: 1, code: 'refused', count: 2 },
  ])
})

describe('what cannot be read is not taken for peace', () => {
  const JSON_ENTRY = JSON.stringify({
    timestamp: '2026-11-21T05:30:42.685Z',
    loggerName: 'org.keycloak.services',
    level: 'WARN',
    message: "KC-SERVICES0057: Logout for client 'shop' failed",
    threadName: 'executor-thread-2',
    exception: { exceptionType: 'java.net.UnknownHostException', message: 'no-such-host' },
  })
  const explain = (text: string) => commandLine(new FakeKeycloak(), { files: { a: text } })

  test.each([
    ['an empty log', ''],
    ['a packed one', '\u001f\ufffd\b\u0000\u0000binary'],
    ['a format of its own', '05:30 WARN org.keycloak.services KC-SERVICES0057: Logout failed\n'],
  ])('%s: exit 2', async (_, text) => {
    const { code, stdout, stderr } = await explain(text)('explain', 'a')
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('gzip -dc')
    // Once: the warning is for those who follow a log, and have to wait.
    expect(stderr).not.toContain('So far')
  })

  test("Keycloak's JSON within that of Docker is read", async () => {
    const wrapped = JSON.stringify({ log: `${JSON_ENTRY}\n`, stream: 'stdout', time: '2026-11-21T05:30:42Z' })
    const { code, json } = await explain(`${wrapped}\n`)('explain', 'a', '--json')
    expect(code).toBe(7)
    expect(json()).toMatchObject({ findings: [{ code: 'unknown-host', clientId: 'shop' }] })
  })

  test('an entry that is cut off is counted, and said', async () => {
    const run = explain(`${JSON_ENTRY.slice(0, 150)}\n`)
    expect((await run('explain', 'a', '--json')).json()).toMatchObject({
      entries: 0,
      unread: 1,
      findings: [],
    })
    const { stdout } = await run('explain', 'a')
    expect(stdout).toContain('No failed logout in what could be read')
    expect(stdout).toContain('Not read: 1 line')
  })
})

test('neither file nor pipe: exit 2', async () => {
  const { code, stderr } = await commandLine(new FakeKeycloak())('explain')
  expect(code).toBe(2)
  expect(stderr).toContain('There is no log to read.')
})

test('nothing in a log moves the cursor or the colours of the terminal', async () => {
  const nasty = REFUSED.replace("'shop'", "'sh\u001b[2Jop\u202e'")
  const { stdout } = await commandLine(new FakeKeycloak(), { files: { a: nasty } })('explain', 'a')
  expect(stdout).not.toContain('\u001b')
  expect(stdout).not.toContain('\u202e')
})
