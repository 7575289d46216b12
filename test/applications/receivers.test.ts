import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TokenReport } from '../../src/token/inspect.ts'
import { APACHE_LOGOUT_PATH, apacheModuleVersion, startApache } from '../support/applications/apache.ts'
import type { Application } from '../support/applications/application.ts'
import { SPRING_LOGOUT_PATH, springSecurityVersion, startSpring } from '../support/applications/spring.ts'
import { send } from '../support/http.ts'
import { logoutToken, ODD_TOKENS, startTestIssuer } from '../support/odd-tokens.ts'
import type { Receiver } from '../support/receiver.ts'
import { runCli } from '../support/run-cli.ts'

let issuer: Receiver
beforeAll(async () => {
  issuer = await startTestIssuer()
})
afterAll(() => issuer?.close())

describe.each([
  ['mod_auth_openidc', startApache, APACHE_LOGOUT_PATH, apacheModuleVersion],
  ['Spring Security', startSpring, SPRING_LOGOUT_PATH, springSecurityVersion],
] as const)('%s answers a logout token as inspect-token predicts', (name, start, path, versionOf) => {
  let app: Application
  beforeAll(async () => {
    app = await start({ issuer: issuer.url, clientId: 'shop', secret: 'secret' })
  }, 300_000)
  afterAll(() => app?.close())

  const post = async (jwt: string) => {
    const { status } = await send('POST', `${app.url}${path}`, { form: { logout_token: jwt } })
    // As Keycloak counts it: a redirect to an error page is no success.
    return status === 200 || status === 204 ? 'accepts' : 'rejects'
  }
  const opinionOn = async (jwt: string) => {
    const ran = await runCli(['inspect-token', '--json', '--issuer', issuer.url, '--client', 'shop'], {
      stdin: jwt,
    })
    const [report] = ran.json<{ tokens: TokenReport[] }>().tokens
    return report?.receivers?.find(({ receiver }) => receiver === name)
  }

  test.each(Object.entries(ODD_TOKENS))('%s', async (_, make) => {
    const jwt = await make(issuer)
    const says = (await opinionOn(jwt))?.says
    // What changed later is accepted by the version that runs here.
    expect(says === 'depends' ? 'accepts' : says).toBe(await post(jwt))
  })

  test('a token that is sent twice', async () => {
    const jwt = await logoutToken(issuer)
    expect(await post(jwt)).toBe('accepts')
    expect(await post(jwt)).toBe(name === 'mod_auth_openidc' ? 'rejects' : 'accepts')
  })

  test('the prediction is for the version that this test runs', async () => {
    expect(await opinionOn(await logoutToken(issuer))).toMatchObject({
      version: await versionOf(),
      evidence: 'run',
    })
  })
})
