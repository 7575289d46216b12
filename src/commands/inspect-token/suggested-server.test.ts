import { describe, expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { ISSUER, keycloakLogoutToken, NOW, testKeys } from '../../../test/support/tokens.ts'
import type { TokenReport } from '../../token/inspect.ts'

/** The configured server: Keycloak itself, which announces the issuer of its public host name. */
const INTERNAL = 'http://127.0.0.1:8080'

/** The servers that the suggested commands name, for a configured realm that announces this issuer. */
async function suggestedServers(issuer: string, base = INTERNAL) {
  const address = `${base}/realms/customers`
  const documents = {
    [`${address}/.well-known/openid-configuration`]: { issuer },
    [`${address}/protocol/openid-connect/certs`]: (await testKeys()).jwks,
  }
  const settings = {
    server: { value: INTERNAL, source: '--server' },
    realm: { value: 'customers', source: '--realm' },
  }
  const files = { '-': await keycloakLogoutToken() }
  const run = commandLine(new FakeKeycloak(), { now: NOW * 1000, settings, documents, files })
  const { tokens } = (await run('inspect-token', '--json')).json<{ tokens: TokenReport[] }>()
  const commands = tokens[0]?.commands.map(({ command }) => command) ?? []
  expect(commands.length).toBeGreaterThan(1)
  return [...new Set(commands.map((command) => /--server (\S+)/.exec(command)?.[1]))]
}

describe('the server in suggested commands', () => {
  it('is the configured one, if its realm announces the issuer of the token', async () => {
    expect(await suggestedServers(ISSUER)).toEqual([INTERNAL])
  })

  it('has the base path at which the realm was found', async () => {
    expect(await suggestedServers(ISSUER, `${INTERNAL}/auth`)).toEqual([`${INTERNAL}/auth`])
  })

  it('is that of the issuer, if the token is from another server', async () => {
    expect(await suggestedServers('https://other.example.com/realms/customers')).toEqual([
      ISSUER.replace(/\/realms\/.*/, ''),
    ])
  })
})
