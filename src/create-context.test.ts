import { expect, it } from 'vitest'
import { openContext } from './create-context.ts'
import { standardStreams } from './runtime/streams.ts'

it('the reason of a run goes to Keycloak, and to no other server: trace stores and applications', async () => {
  const ctx = await openContext(
    { server: 'https://keycloak.example' },
    {
      env: { KC_LOGOUT_CONFIG_DIR: '/nowhere/kc-logout' },
      pid: process.pid,
      isAlive: () => true,
      streams: standardStreams(process),
      signal: new AbortController().signal,
      onClose: () => {},
    },
  )
  ctx.announce('ticket INC-42')
  expect((await ctx.http()).userAgent).toMatch(/^kc-logout\/[\d.]+$/)
})
