import { expect, test } from 'vitest'
import { connectionTo, keycloakScript, scriptedServer } from '../../test/support/scripted-server.ts'
import { ROLES } from '../core/roles.ts'
import { openServer } from './open.ts'

/** Answers to an administrator of every realm. */
const ANSWERS: Readonly<Record<string, object>> = {
  serverinfo: { systemInfo: { version: '26.7.4' }, features: [] },
  users: [{ access: { manage: true } }],
  clients: [{ id: 'c', clientId: 'shop', access: { configure: true } }],
}

async function opened() {
  const { url, requests } = await scriptedServer(
    keycloakScript(({ path }) => {
      const last = new URL(path, 'http://x').pathname.replace(/\/$/, '').split('/').at(-1) ?? ''
      return { json: ANSWERS[last] ?? { id: 'r', realm: last } }
    }),
  )
  const server = await openServer(connectionTo(url), {
    files: { read: async (path) => Promise.reject(new Error(`unexpected read of ${path}`)) },
    signal: new AbortController().signal,
  })
  const sent = () => requests.filter(({ path }) => path.startsWith('/admin')).map(({ path }) => path)
  return { server, sent }
}

test('the version is asked for once, for all realms', async () => {
  const { server, sent } = await opened()
  const versions = ['a', 'b', 'c'].map(async (realm) => (await server.realm(realm).capabilities()).version)
  expect(await Promise.all(versions)).toEqual(['26.7.4', '26.7.4', '26.7.4'])
  expect(sent()).toEqual(['/admin/serverinfo'])
  await server.close()
})

test('roles of several realms: what is of the server is read once, and each realm once', async () => {
  const { server, sent } = await opened()
  for (const name of ['a', 'b']) {
    const realm = server.realm(name).atOneMoment()
    await Promise.all([
      realm.realmInfo(),
      realm.eventsConfig(),
      realm.clients(),
      ...ROLES.map((role) => realm.hasRole(role)),
    ])
  }
  const paths = sent()
  expect(paths.filter((path) => path === '/admin/serverinfo')).toHaveLength(1)
  expect(paths.filter((path) => path === '/admin/realms/a')).toHaveLength(1)
  expect(paths.filter((path) => path.startsWith('/admin/realms/a/clients'))).toEqual([
    expect.stringMatching(/^\/admin\/realms\/a\/clients\/?$/),
    '/admin/realms/a/clients-initial-access',
  ])
  expect(new Set(paths).size).toBe(paths.length)
  await server.close()
})
