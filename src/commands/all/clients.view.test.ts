import { expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import type { AllOutcome } from './outcome.ts'

it('the plan marks other clients that lose the session of a chosen client', async () => {
  const keycloak = new FakeKeycloak()
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  keycloak.addClient({ clientId: 'desk', backchannelLogoutUrl: 'https://desk.example/logout' })
  keycloak.addSession({ username: 'ada', clients: ['shop', 'desk'] })
  const all = (...args: string[]) => commandLine(keycloak)('all', '--dry-run', ...args)
  const alongside = async (...args: string[]) =>
    (await all('--json', ...args))
      .json<AllOutcome>()
      .clients.map((client) => [client.clientId, client.alongside])

  expect(await alongside('--client', 'shop')).toEqual([
    ['desk', true],
    ['shop', false],
  ])
  expect((await all('--client', 'shop')).stdout).toContain('desk (shared session)')
  expect(await alongside()).toEqual([
    ['desk', false],
    ['shop', false],
  ])
  expect((await all()).stdout).not.toContain('shared session')
})
