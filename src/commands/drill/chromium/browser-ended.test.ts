import { spawnSync } from 'node:child_process'
import { beforeEach, describe, expect, test } from 'vitest'
import { findChromium, NO_CHROMIUM } from '../../../../test/support/chromium.ts'
import { commandLine } from '../../../../test/support/command-line.ts'
import { type DrillStage, drillStage, PASSWORD } from '../../../../test/support/drill/stage.ts'
import type { DrillOutcome } from '../outcome.ts'

const TIMEOUT_MS = 120_000

/** Kills the Chromium that this process has started. */
function killChromium(): void {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  })
  for (const line of stdout.split('\n').filter((one) => one.includes('--remote-debugging-pipe')))
    process.kill(Number(line.trim().split(' ')[0]), 'SIGKILL')
}

const drilled = async ({ keycloak }: DrillStage) => {
  const { PATH, HOME } = process.env
  const world = { files: { pw: PASSWORD }, env: { PATH: PATH ?? '', HOME: HOME ?? '' } }
  const line = ['drill', '--user', 'dora', '--user-password-file', 'pw', '--browser', '--json']
  const ran = await commandLine(keycloak, world)(...line)
  return { code: ran.code, stderr: ran.stderr, ...ran.json<DrillOutcome>() }
}

const chromium = findChromium()

describe('a Chromium that ends', { timeout: TIMEOUT_MS }, () => {
  beforeEach(({ skip }) => skip(chromium === undefined, NO_CHROMIUM))
  test('after a sign-in: what was seen until then, and no session is left', async () => {
    const stage = await drillStage()
    await stage.addApp('first')
    await stage.addApp('second', {
      answer: ({ url }) => {
        if (url?.startsWith('/callback')) killChromium()
      },
    })
    await stage.addApp('third')
    const { code, clients, error, sessionsLeft, stderr } = await drilled(stage)
    expect([code, error?.code], stderr).toEqual([6, 'browser-failed'])
    expect(clients).toMatchObject([
      { clientId: 'first', verdict: expect.stringMatching(/^(out|unknown)$/) },
      { clientId: 'second', verdict: 'unknown', seen: { what: 'stopped' } },
      { clientId: 'third', verdict: 'unknown', seen: { what: 'stopped' } },
    ])
    expect(sessionsLeft).toEqual([])
    expect(stage.keycloak.sessions).toEqual([])
  })

  test('while the password is sent: a session may be left', async () => {
    const stage = await drillStage({
      answer: (path) => {
        if (path.endsWith('/authenticate')) killChromium()
      },
    })
    await stage.addApp('shop')
    const { code, clients, sessionsLeft, stderr } = await drilled(stage)
    expect(code).toBe(6)
    expect(clients).toMatchObject([{ verdict: 'unknown', seen: { what: 'stopped' } }])
    expect(sessionsLeft).toBeNull()
    expect(stderr).toContain('may still be active. End all sessions of dora')
  })

  test('while it waits for the logout: not still in', async () => {
    let looks = 0
    const stage = await drillStage()
    await stage.addApp('shop', {
      wired: false,
      answer: ({ url }) => {
        if (url === '/me' && ++looks === 5) killChromium()
      },
    })
    const { code, clients, sessionsLeft } = await drilled(stage)
    expect(code).toBe(6)
    expect(clients).toMatchObject([{ verdict: 'unknown', seen: { what: 'stopped' }, ended: 1 }])
    expect(sessionsLeft).toEqual([])
  })
})
