import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import type { AllOutcome } from '../../src/commands/all/outcome.ts'
import { folderOfTest } from '../support/folder.ts'
import { createRealm, eachOf, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, installInto, runCli, runInTerminal } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

const keycloak = inject('keycloak')
const SESSIONS = 60
/** Few sessions each: users with five or more end by one request, so that more would be in flight. */
const USERS = Array.from({ length: 15 }, (_, index) => `user-${index}`)
/** Requests in flight. */
const WIDTH = 4
/** Duration of a call to the receiver: the run must not end before Ctrl-C. */
const CALL_MS = 400

let realm: TestRealm
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
  receiver.behave({ delayMs: CALL_MS }, '/shop')
  realm = await createRealm(keycloak, {
    clients: [
      { clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` },
      { clientId: 'desk', adminUrl: `${receiver.url}/desk` },
    ],
    users: ['ada', ...USERS],
  })
  await receiver.trust(realm)
})
afterEach(async () => {
  await realm.remove()
  await receiver.close()
})

describe('Ctrl-C during `all`', () => {
  test('ends within 2 s with a summary and exit 130, restores the terminal, and a second run continues', async () => {
    const folder = await folderOfTest()
    const sids = await eachOf(Array.from({ length: SESSIONS }), 4, async (_, n) => {
      const user = USERS[n % USERS.length] ?? 'ada'
      return (await directGrant(realm, { user, client: 'shop' })).sid
    })
    await directGrant(realm, { user: 'ada', client: 'desk' })

    // A shell that records the terminal's settings before and after, and survives Ctrl-C.
    const script = `trap : INT; stty -a > before; kc-logout all --concurrency ${WIDTH}; echo "ended with $?"; stty -a > after`
    let pressedAt = Number.NaN
    let endedAt = Number.NaN
    const first = await runInTerminal(['-c', script], {
      program: ['sh'],
      cwd: folder,
      env: { ...adminEnv(keycloak, realm.name), PATH: await installInto(folder) },
      types: [
        { when: 'Type the realm name', send: `${realm.name}\r` },
        { when: /1\d of 60/, send: '\x03' },
      ],
      onShown: (screen) => {
        if (/1\d of 60/.test(screen) && Number.isNaN(pressedAt)) pressedAt = Date.now()
        if (screen.includes('ended with') && Number.isNaN(endedAt)) endedAt = Date.now()
      },
    })
    expect(first.screen).toContain('ended with 130')
    expect(endedAt - pressedAt).toBeLessThan(2000)
    expect(first.screen).toMatch(
      /Interrupted: \d+ sessions ended, (\d+ unknown \(a request was sent\), )?\d+ not tried\.\s+Run the command again to continue\./,
    )
    expect(first.screen).toMatch(/client step +\d+ of 60, (\d+ unknown, )?\d+ not tried/)
    expect(await readFile(join(folder, 'after'), 'utf8')).toBe(await readFile(join(folder, 'before'), 'utf8'))
    const [shown, hidden] = ['\u001b[?25h', '\u001b[?25l'].map((code) => first.raw.lastIndexOf(code))
    expect(hidden).toBeGreaterThan(0)
    expect(shown).toBeGreaterThan(hidden ?? 0)

    // Requests in flight continue in the server: every session is notified once.
    const left = await settled(async () => (await realm.sessionsAt('shop')).length)
    const claimed = Number(/Interrupted: (\d+) sessions/.exec(first.screen)?.[1])
    expect(left).toBeGreaterThan(SESSIONS / 2)
    expect(SESSIONS - left - claimed).toBeGreaterThanOrEqual(0)
    expect(SESSIONS - left - claimed).toBeLessThanOrEqual(WIDTH)

    const line = ['all', '--confirm', realm.name, '--json']
    const second = await runCli(line, { env: adminEnv(keycloak, realm.name) })
    expect(second.code, second.stderr).toBe(0)
    expect(second.json<AllOutcome>()).toMatchObject({
      before: { sessions: left + 1 },
      endedUnnotified: 0,
      after: { active: 0, left: 0 },
      verdict: 'done',
    })
    const notified = (await receiver.logoutTokens('/shop')).map(({ sid }) => sid)
    expect([...notified].sort()).toEqual([...sids].sort())
    expect(await receiver.adminActions('/desk')).toContainEqual(expect.objectContaining({ action: 'LOGOUT' }))
  })

  test('an immediate second run notifies again of sessions in flight and misses none', async () => {
    receiver.behave({ delayMs: 4000 }, '/shop')
    const sids = await eachOf(USERS.slice(0, 3 * WIDTH), 4, async (user) => {
      return (await directGrant(realm, { user, client: 'shop' })).sid
    })
    const line = ['all', '--confirm', realm.name, '--concurrency', String(WIDTH), '--json']
    const env = adminEnv(keycloak, realm.name)
    const interrupt = async (signal: (name: NodeJS.Signals) => void) => {
      await receiver.waitFor(WIDTH, { under: '/shop', timeoutMs: 20_000 })
      signal('SIGINT')
    }
    const signals: Promise<void>[] = []
    const onStart = ({ signal }: { signal: (name: NodeJS.Signals) => void }) =>
      void signals.push(interrupt(signal))
    const first = await runCli(line, { env, onStart })
    await Promise.all(signals)
    expect(first.code).toBe(130)
    expect(first.json<AllOutcome>()).toMatchObject({ interrupted: true, after: { active: null } })

    expect((await runCli(line, { env })).code).toBe(0)
    const notified = (await receiver.logoutTokens('/shop')).map(({ sid }) => sid)
    expect(new Set(notified)).toEqual(new Set(sids))
    expect(notified.length - sids.length).toBeLessThanOrEqual(WIDTH)
  })
})

/** Reads a count each second until it no longer changes. */
async function settled(count: () => Promise<number>): Promise<number> {
  for (let last = Number.NaN; ; ) {
    const now = await count()
    if (now === last) return now
    last = now
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}
