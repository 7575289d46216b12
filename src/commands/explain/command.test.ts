import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'

const log = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/${name}.log`, import.meta.url), 'utf8')
const REFUSED =
  "2026-11-21 05:30:47,791 WARN  [org.keycloak.services] (t-2) KC-SERVICES0057: Logout for client 'shop' failed: org.apache.http.conn.HttpHostConnectException: Connect to 127.0.0.1:33023 [/127.0.0.1] failed: Connection refused"

test('a failed logout on the screen: message, count, reason and remedy', async () => {
  const run = commandLine(new FakeKeycloak(), { files: { 'server.log': `${REFUSED}\n` } })
  const { code, stdout } = await run('explain', 'server.log')
  expect(code).toBe(7)
  expect(stdout).toMatchInlineSnapshot(`
    "x Client shop did not get the logout: nothing accepts connections there.
      refused, once, 2026-11-21 05:30:47,791
      why The application was not notified: users stay signed in there until it
        checks its tokens again.
      fix Start the application, or correct host and port. From Keycloak's own
        container, localhost is the container itself. See \`kc-logout doctor shop\`.
      log 2026-11-21 05:30:47,791 WARN  [org.keycloak.services] (t-2)
        KC-SERVICES0057: Logout for client 'shop' failed:
        org.apache.http.conn.HttpHostConnectException: Connect to 127.0.0.1:33023
        [/127.0.0.1] failed: Connection refused

    1 finding (1 line read)
    Not in this log: applications that answered a logout with an HTTP status such as
      302, 400 or 500. Keycloak logs those at DEBUG only: start it with
      --log-level=INFO,org.keycloak.services.managers.ResourceAdminManager:debug
    "
  `)
})

test('a pipe is read without an argument', async () => {
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
        why: expect.stringContaining('not notified'),
        fix: expect.stringContaining('kc-logout doctor shop'),
        sample: REFUSED,
      },
    ],
  })
})

test('a log without failures: exit 0, and the failures it cannot show', async () => {
  const quiet = '2026-11-21 05:07:57,170 INFO  [io.quarkus] (main) Keycloak 26.7.4 started\n'
  const { code, stdout } = await commandLine(new FakeKeycloak(), { files: { a: quiet } })('explain', 'a')
  expect(code).toBe(0)
  expect(stdout).toContain('No failed logout in this log')
  expect(stdout).toContain('ResourceAdminManager:debug')
})

test('ResourceAdminManager at DEBUG: no warning about what the log cannot show', async () => {
  const run = commandLine(new FakeKeycloak(), { files: { a: log('keycloak-26.7.4-debug') } })
  const { code, stdout } = await run('explain', 'a')
  expect(code).toBe(7)
  expect(stdout).not.toContain('Not in this log')
  expect(stdout).toContain('app-405 answered the logout with HTTP 405')
  // What is longer is a URL or a class name, which is not cut.
  const long = stdout.split('\n').filter((line) => line.length > 80)
  expect(long.filter((line) => !/\S{40}/.test(line))).toEqual([])
})

test('--follow with --json: one finding per line, with its count so far', async () => {
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

describe('a log that cannot be read is not called free of failures', () => {
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
    ['a binary file', '\u001f\ufffd\b\u0000\u0000binary'],
    ['a format of its own', '05:30 WARN org.keycloak.services KC-SERVICES0057: Logout failed\n'],
  ])('%s: exit 2', async (_, text) => {
    const { code, stdout, stderr } = await explain(text)('explain', 'a')
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('bzip2 -dc')
    // The warning is for --follow, where nothing ends the run.
    expect(stderr).not.toContain('so far')
  })

  test("Keycloak's JSON within that of Docker is read", async () => {
    const wrapped = JSON.stringify({ log: `${JSON_ENTRY}\n`, stream: 'stdout', time: '2026-11-21T05:30:42Z' })
    const { code, json } = await explain(`${wrapped}\n`)('explain', 'a', '--json')
    expect(code).toBe(7)
    expect(json()).toMatchObject({ findings: [{ code: 'unknown-host', clientId: 'shop' }] })
  })

  test('an entry that is cut off is counted, and not called "no failed logout": exit 2', async () => {
    const run = explain(`${JSON_ENTRY.slice(0, 150)}\n`)
    const asJson = await run('explain', 'a', '--json')
    expect(asJson.code).toBe(2)
    expect(asJson.json()).toMatchObject({ entries: 0, unread: 1, findings: [], verdict: 'unknown' })
    const { stdout } = await run('explain', 'a')
    expect(stdout).not.toContain('No failed logout')
    expect(stdout).toContain('Not known: 1 line could not be read')
    expect(stdout).toContain('Not read: 1 line')
  })

  test('beside entries that were read, a failed logout in another format is counted: exit 2', async () => {
    const quiet = '2026-11-21 05:07:57,170 INFO  [io.quarkus] (main) Keycloak 26.7.4 started'
    const { code, json } = await explain(`${quiet}\nwarn KC-SERVICES0057: Logout failed\n`)(
      'explain',
      'a',
      '--json',
    )
    expect(code).toBe(2)
    expect(json()).toMatchObject({ entries: 1, unread: 1, verdict: 'unknown' })
  })

  test('beside findings, it is counted too: exit 7', async () => {
    const { code, stdout } = await explain(`${REFUSED}\nwarn KC-SERVICES0057: Logout failed\n`)(
      'explain',
      'a',
    )
    expect(code).toBe(7)
    expect(stdout).toContain('Not read: 1 line')
  })

  test('--follow warns once that nothing could be read so far', async () => {
    const { stderr } = await explain('something else\n')('explain', 'a', '--follow')
    expect(stderr).toContain(
      'Found no log entry of Keycloak in 1 line. No failed logout can be found so far.',
    )
  })
})

test('neither file nor pipe: exit 2', async () => {
  const { code, stderr } = await commandLine(new FakeKeycloak())('explain')
  expect(code).toBe(2)
  expect(stderr).toContain('No log given.')
})

test('no text of a log changes the cursor or the colours of the terminal', async () => {
  const nasty = REFUSED.replace("'shop'", "'sh\u001b[2Jop\u202e'")
  const { stdout } = await commandLine(new FakeKeycloak(), { files: { a: nasty } })('explain', 'a')
  expect(stdout).not.toContain('\u001b')
  expect(stdout).not.toContain('\u202e')
})
