import { expect, it } from 'vitest'
import { testContext } from '../test/support/context.ts'
import { FakeKeycloak } from '../test/support/fake-keycloak.ts'
import { realmContexts } from './realm-contexts.ts'

it('several realms: one connection for all, and one that Ctrl-C does not abort', async () => {
  const stop = new AbortController()
  const { ctx } = testContext(new FakeKeycloak(), { signal: stop.signal })
  const opened: AbortSignal[] = []
  const { realms } = await realmContexts(
    { by: '-r', names: ['a', 'b'] },
    {
      base: ctx,
      openServer: async (until) => {
        opened.push(until)
        return {
          realm: (realm) => new FakeKeycloak({ realm }),
          visibleRealms: async () => [],
          close: async () => {},
        }
      },
      withProfile: () => ({}),
    },
  ).open()
  for (const { ctx: inRealm } of realms) {
    await inRealm.keycloak()
    await inRealm.keycloakAfterwards()
  }
  stop.abort('SIGINT')
  expect(opened.map(({ aborted }) => aborted)).toEqual([true, false])
  expect(await Promise.all(realms.map(async (one) => (await one.ctx.keycloakAfterwards()).realm))).toEqual([
    'a',
    'b',
  ])
})
