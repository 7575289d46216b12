import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderOfTest } from '../../../test/support/folder.ts'
import { livingToken, readKcadm } from './kcadm.ts'

const NOW = 1_800_000_000_000
const ENTRY = {
  clientId: 'admin-cli',
  token: 'access',
  refreshToken: 'refresh',
  grantTypeForAuthentication: 'password',
  expiresAt: NOW + 60_000,
  refreshExpiresAt: NOW + 1_800_000,
}
const CONFIG = {
  serverUrl: 'http://localhost:8080',
  realm: 'master',
  endpoints: { 'http://localhost:8080': { master: ENTRY, other: { ...ENTRY, token: 'other' } } },
}

/** A file as kcadm 26.7.4 writes it. */
async function configFile(config: unknown = CONFIG) {
  const folder = await folderOfTest()
  await chmod(folder, 0o700)
  const path = join(folder, 'kcadm.config')
  await writeFile(path, typeof config === 'string' ? config : JSON.stringify(config), { mode: 0o600 })
  return path
}

test("readKcadm returns kcadm's sign-in and does not change its file", async () => {
  const path = await configFile()
  const found = await readKcadm(path)
  expect(found).toEqual({
    server: 'http://localhost:8080',
    loginRealm: 'master',
    clientId: 'admin-cli',
    token: 'access',
    expiresAt: NOW + 60_000,
    renewableUntil: NOW + 1_800_000,
  })
  expect(livingToken(found, NOW)).toBe('access')
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(CONFIG)
})

test('readKcadm finds the sign-in of a given server and realm, with or without a trailing slash', async () => {
  const path = await configFile()
  const found = await readKcadm(path, { server: 'http://localhost:8080/', loginRealm: 'other' })
  expect(found.token).toBe('other')
})

describe('no usable sign-in: exit 4 with the kcadm command to run', () => {
  test.each<[string, unknown, { server: string; loginRealm: string } | undefined]>([
    ['never signed in', {}, undefined],
    ['signed out', { ...CONFIG, endpoints: {} }, undefined],
    ['another server', CONFIG, { server: 'https://kc.example.com', loginRealm: 'master' }],
    ['another realm', CONFIG, { server: 'http://localhost:8080', loginRealm: 'customers' }],
  ])('%s', async (_, config, wanted) => {
    await expect(readKcadm(await configFile(config), wanted)).rejects.toMatchObject({
      code: 'no-kcadm',
      exitCode: 4,
      hint: expect.stringContaining(
        wanted
          ? `kcadm.sh config credentials --server ${wanted.server} --realm ${wanted.loginRealm}`
          : 'kcadm.sh config credentials',
      ),
    })
  })

  test('no file', async () => {
    const folder = await folderOfTest()
    await chmod(folder, 0o700)
    await expect(readKcadm(join(folder, 'kcadm.config'))).rejects.toMatchObject({
      code: 'no-kcadm',
      exitCode: 4,
    })
  })

  test('a file that others may read', async () => {
    const path = await configFile()
    await chmod(path, 0o644)
    await expect(readKcadm(path)).rejects.toMatchObject({ code: 'unsafe-secret-file', exitCode: 4 })
  })

  test('a file of another kind: exit 2', async () => {
    await expect(readKcadm(await configFile('realm: x'))).rejects.toMatchObject({
      code: 'bad-kcadm',
      exitCode: 2,
    })
  })
})

test.each([
  ['that kcadm can renew', NOW + 56_000, 'kcadm.sh get realms/master'],
  [
    'that cannot be renewed',
    NOW + 3_600_000,
    'kcadm.sh config credentials --server http://localhost:8080 --realm master',
  ],
])('an expired token %s: exit 4 with the command to run', async (_, now, hint) => {
  const found = await readKcadm(await configFile())
  expect(() => livingToken(found, now)).toThrow(
    expect.objectContaining({ code: 'kcadm-expired', exitCode: 4, hint: expect.stringContaining(hint) }),
  )
})
