import { describe, expect, it } from 'vitest'
import {
  keycloakScript,
  openAt,
  type Reply,
  type Script,
  scriptedServer,
} from '../../../test/support/scripted-server.ts'

const OUT = '/realms/master/protocol/openid-connect/logout'

/** Opens a Keycloak with a password, closes it, and returns the sign-outs. */
async function openAndClose(answer: Script = () => ({})) {
  const token: Script = () => ({ json: { access_token: 't1', expires_in: 60, refresh_token: 'r1' } })
  const rest = keycloakScript(() => ({ status: 404 }), { token })
  const server = await scriptedServer((...of) => (of[0].path === OUT ? answer(...of) : rest(...of)))
  const keycloak = await openAt(server.url)
  const begun = performance.now()
  await keycloak.close()
  return {
    ms: performance.now() - begun,
    forms: server.requests
      .filter(({ path }) => path === OUT)
      .map(({ body }) => Object.fromEntries(new URLSearchParams(body))),
  }
}

describe('a run that signed in with a password', () => {
  it('signs its session out at the end', async () => {
    expect((await openAndClose()).forms).toEqual([{ client_id: 'admin-cli', refresh_token: 'r1' }])
  })

  it.each<[string, Reply]>([
    ['the session has ended already', { status: 400, json: { error: 'invalid_grant' } }],
    ['the server is in trouble', { status: 503 }],
    ['a proxy answers', { status: 200, text: '<html>' }],
  ])('tries once and ends without an error: %s', async (_, reply) => {
    expect((await openAndClose(() => reply)).forms).toHaveLength(1)
  })

  it('waits at most two seconds for an answer', async () => {
    const { ms } = await openAndClose(() => new Promise(() => {}))
    expect(ms).toBeLessThan(2600)
  })
})
