import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { folderOfTest } from '../support/folder.ts'
import { readGuide } from '../support/guide.ts'
import { skipWithout } from '../support/programs.ts'
import { createRealm, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, installInto, runInTerminal } from '../support/run-cli.ts'
import { refresh, signIn } from '../support/sign-in.ts'
import { nextSecond } from '../support/stale.ts'

const keycloak = inject('keycloak')
const guide = readGuide('../choosing')
/** Another address of this machine: Keycloak records the address of a sign-in. */
const ADDRESS = '127.0.0.2'

let realm: TestRealm
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  realm = await createRealm(keycloak, {
    clients: ['shop', 'desk'].map((clientId) => ({
      clientId,
      backchannelLogoutUrl: `${receiver.url}/${clientId}`,
    })),
    users: ['ada', 'bob', 'eve'],
  })
  await receiver.trust(realm)
  const made = await realm.post('/groups', { name: 'contractors' })
  const group = made.headers.location?.split('/').at(-1)
  await realm.put(`/users/${await realm.idOfUser('bob')}/groups/${group}`, {})
  const url = 'https://partner.test'
  const config = { authorizationUrl: url, tokenUrl: url, clientId: 'broker', clientSecret: 'secret' }
  await realm.post('/identity-provider/instances', { alias: 'partner', providerId: 'oidc', config })
  await realm.post(`/users/${await realm.idOfUser('eve')}/federated-identity/partner`, {
    ...{ identityProvider: 'partner', userId: 'there', userName: 'eve' },
  })
})
afterAll(async () => {
  await realm.remove()
  await receiver.close()
})

/** Signs in from `ADDRESS` and returns the session's id. */
function signInFrom(user: string, client: string): Promise<string> {
  const form = { grant_type: 'password', client_id: client, username: user, scope: 'openid' }
  const body = new URLSearchParams({ ...form, password: realm.passwordOf(user) }).toString()
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const options = { method: 'POST', localAddress: ADDRESS, headers }
    request(`${realm.issuer}/protocol/openid-connect/token`, options, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () => {
        const { session_state: sid } = JSON.parse(text)
        if (typeof sid === 'string') resolve(sid)
        else reject(new Error(`sign-in of ${user} failed: ${text}`))
      })
    })
      .on('error', reject)
      .end(body)
  })
}

/** Creates the same sessions each time, before and after a moment and from two addresses. */
async function createSessions() {
  for (const user of ['ada', 'bob', 'eve'])
    for (const { id } of await realm.sessionsOf(user)) await realm.delete(`/sessions/${id}`)
  receiver.clear()
  const adaAtBoth = await signIn(realm, { user: 'ada', client: 'shop' })
  await signIn(realm, { user: 'ada', client: 'desk', browser: adaAtBoth.browser })
  const adaAtDesk = await signIn(realm, { user: 'ada', client: 'desk' })
  await nextSecond()
  const moment = new Date().toISOString()
  await nextSecond()
  await refresh(realm, 'desk', adaAtDesk.tokens.refresh_token)
  const bobAtShop = await signIn(realm, { user: 'bob', client: 'shop' })
  const eveElsewhere = await signInFrom('eve', 'desk')
  const eveAtDesk = await signIn(realm, { user: 'eve', client: 'desk' })
  const sessions = {
    adaAtBoth: adaAtBoth.sid,
    adaAtDesk: adaAtDesk.sid,
    bobAtShop: bobAtShop.sid,
    eveElsewhere,
    eveAtDesk: eveAtDesk.sid,
  }
  return { sessions, moment }
}
type Name = keyof Awaited<ReturnType<typeof createSessions>>['sessions']

/** The sessions that each step ends. */
const ENDS: Readonly<Record<string, readonly Name[]>> = {
  'by-group': ['bobAtShop'],
  'by-provider': ['eveElsewhere', 'eveAtDesk'],
  'by-network': ['eveElsewhere'],
  'by-start': ['bobAtShop', 'eveElsewhere', 'eveAtDesk'],
  'by-client': ['adaAtBoth', 'adaAtDesk'],
  'by-line': ['bobAtShop'],
  'by-name': ['adaAtBoth', 'adaAtDesk'],
  csv: [],
}

describe('docs/choosing.md', () => {
  test('tests all commands of the page', () => {
    expect(guide.notRun).toEqual([])
    expect(guide.steps.map(({ name }) => name)).toEqual(Object.keys(ENDS))
  })

  test.each(guide.steps)('$name', async ({ name, script, exit, shows }) => {
    await skipWithout('python3', 'jq')
    const folder = await folderOfTest()
    const { sessions, moment } = await createSessions()
    const choice = { GROUP: '/contractors', PROVIDER: 'partner', NETWORK: `${ADDRESS}/32`, MOMENT: moment }
    const settings = { ...adminEnv(keycloak, realm.name), ...choice }
    const given = Object.keys(settings).filter((each) => !/_(USERNAME|PASSWORD)$/.test(each))
    expect(given.sort()).toEqual([...guide.settings].sort())
    const ran = await runInTerminal(['-o', 'pipefail', '-ec', script], {
      program: ['bash'],
      cwd: folder,
      env: { ...settings, PATH: await installInto(folder) },
      columns: 160,
    })
    expect(ran.code, ran.screen).toBe(exit)
    for (const text of shows) expect(ran.screen).toContain(text)

    const active = new Set(
      (await Promise.all(['ada', 'bob', 'eve'].map((user) => realm.sessionsOf(user))))
        .flat()
        .map(({ id }) => id),
    )
    const ended = Object.entries(sessions).filter(([, id]) => !active.has(id))
    expect(ended.map(([name]) => name)).toEqual(ENDS[name])
    const notified = (await receiver.logoutTokens()).map(({ sid }) => sid)
    expect(new Set(notified)).toEqual(new Set(ended.map(([, id]) => id)))
    for (const file of ['chosen.jsonl', 'chosen.txt', 'sessions.csv'])
      if (script.includes(file)) expect(await readFile(join(folder, file), 'utf8')).not.toBe('')
  })
})
