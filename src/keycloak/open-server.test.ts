import { expect, test } from 'vitest'
import { connectionTo, keycloakScript, scriptedServer } from '../../test/support/scripted-server.ts'
import { openServer } from './open.ts'

test('the version is asked for once, for all realms', async () => {
  const { url, requests } = await scriptedServer(
    keycloakScript(() => ({ json: { systemInfo: { version: '26.7.4' } } })),
  )
  const server = await openServer(connectionTo(url), {
    files: { read: async (path) => Promise.reject(new Error(`unexpected read of ${path}`)) },
    signal: new AbortController().signal,
  })
  const versions = ['a', 'b', 'c'].map(async (realm) => (await server.realm(realm).capabilities()).version)
  expect(await Promise.all(versions)).toEqual(['26.7.4', '26.7.4', '26.7.4'])
  expect(requests.filter(({ path }) => path === '/admin/serverinfo')).toHaveLength(1)
  await server.close()
})
