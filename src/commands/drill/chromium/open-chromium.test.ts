import { expect, test } from 'vitest'
import { type ChromiumOptions, prepareChromium } from './open-chromium.ts'

const prepare = (env: ChromiumOptions['env']) =>
  prepareChromium({
    path: process.execPath, // any program: it is not started
    env,
    insecure: false,
    ca: undefined,
    proxyFor: () => undefined,
    timeout: 1000,
    signal: new AbortController().signal,
  })

test.each(['pw:*', 'pw:api', '*', 'p*', 'app,pw:protocol', 'app pw*', '*,-pw:*'])(
  'DEBUG=%s, which prints what is typed: exit 2',
  async (DEBUG) => {
    await expect(prepare({ DEBUG })).rejects.toMatchObject({ code: 'browser-debug', exitCode: 2 })
  },
)

// The first one loads playwright-core.
test.each([undefined, '', 'app', 'app:*', '-pw:*', 'prisma'])(
  'DEBUG=%s is nothing to it',
  { timeout: 120_000 },
  async (DEBUG) => {
    await expect(prepare({ DEBUG })).resolves.toBeInstanceOf(Function)
  },
)
