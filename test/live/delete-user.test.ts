import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createRealm, eachOf, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

const keycloak = inject('keycloak')
const COUNT = 50
const ours = Array.from({ length: COUNT }, (_, index) => `ours-${index}`)
const theirs = Array.from({ length: COUNT }, (_, index) => `theirs-${index}`)

let realm: TestRealm
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  realm = await createRealm(keycloak, {
    clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop` }],
    users: [...ours, ...theirs, 'ada'],
  })
  await receiver.trust(realm)
  await eachOf([...ours, ...theirs], 4, (user) => directGrant(realm, { user, client: 'shop' }))
}, 180_000)
afterAll(async () => {
  await realm.remove()
  await receiver.close()
})

const statusOf = async (path: string) => (await realm.request('GET', path)).status
const run = (...args: string[]) => runCli(args, { env: adminEnv(keycloak, realm.name) })

describe('deleting 50 users', () => {
  test("Keycloak's own deletion notifies no application", async () => {
    await eachOf(theirs, 4, async (user) => realm.delete(`/users/${await realm.idOfUser(user)}`))
    expect(receiver.requests).toHaveLength(0)
  })

  test('user --delete notifies the application 50 times, and then deletes', async () => {
    const confirmed = ours.flatMap((user) => ['--confirm', user])
    const ran = await run('user', ...ours, '--delete', ...confirmed, '--json')
    expect(ran.code, ran.stderr).toBe(0)
    const { users, verdict } = ran.json<{ users: { deleted: boolean; verdict: string }[]; verdict: string }>()
    expect(verdict).toBe('done')
    expect(users.filter(({ deleted }) => deleted)).toHaveLength(COUNT)
    expect(await receiver.logoutTokens('/shop')).toHaveLength(COUNT)
    const statuses = await eachOf(ours, 4, async (user) => statusOf(`/users/${await realm.idOfUser(user)}`))
    expect(new Set(statuses)).toEqual(new Set([404]))
  }, 120_000)
})

describe('one user', () => {
  test('is not deleted without its username', async () => {
    const ran = await run('user', 'ada', '--delete', '--yes')
    expect(ran.code).toBe(8)
    expect(await statusOf(`/users/${await realm.idOfUser('ada')}`)).toBe(200)
  })

  test('loses its consents with --revoke-consents', async () => {
    await directGrant(realm, { user: 'ada', client: 'shop', offline: true })
    const consents = `/users/${await realm.idOfUser('ada')}/consents`
    expect(await realm.get<unknown[]>(consents)).not.toEqual([])
    const ran = await run('user', 'ada', '--revoke-consents', '--yes', '--json')
    expect(ran.code, ran.stderr).toBe(0)
    expect(ran.json()).toMatchObject({ users: [{ revokedConsents: ['shop'] }] })
    expect(await realm.get(consents)).toEqual([])
  })
})
