import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { UserOutcome } from '../../src/commands/user/outcome.ts'
import { createRealm, eachOf, type TestRealm } from '../support/realm.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { adminEnv, runCli } from '../support/run-cli.ts'
import { directGrant } from '../support/sign-in.ts'

/** Lists on stdin as people make them, and several realms of which some go away. */
const keycloak = inject('keycloak')
const PREFIX = `lists-${randomBytes(4).toString('hex')}`
const USERS = ['ada', 'bob', 'eve', 'zoë']

let realms: TestRealm[] = []
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  realms = await eachOf(['a', 'b'], 2, (letter) =>
    createRealm(keycloak, {
      name: `${PREFIX}-${letter}`,
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop/${letter}` }],
      users: USERS,
    }),
  )
  for (const realm of realms) await receiver.trust(realm)
}, 300_000)
afterAll(async () => {
  await eachOf(realms, 2, (realm) => realm.remove())
  await receiver.close()
})

const first = () => realms[0] as TestRealm
const signIn = async (realm: TestRealm, user: string) =>
  (await directGrant(realm, { user, client: 'shop' })).sid
const cli = (line: readonly string[], stdin = '', env: Record<string, string | undefined> = {}) =>
  runCli(line, { env: { ...adminEnv(keycloak), ...env }, stdin })
const ended = (outcome: UserOutcome) =>
  outcome.users.map(({ username, sessions }) => [username, sessions.filter((one) => one.ended).length])

describe('user -', () => {
  test('ids, names, addresses and sessions, with a byte order mark, CRLF and doubles', async () => {
    const realm = first()
    for (const user of ['ada', 'bob', 'zoë']) await signIn(realm, user)
    const eveFirst = await signIn(realm, 'eve')
    const eveSecond = await signIn(realm, 'eve')
    const listed = await cli(['sessions', '--list', '--json', '-r', realm.name])
    const eveLine = listed.stdout.split('\n').find((line) => line.includes(eveFirst)) ?? ''
    const id = await realm.idOfUser('ada')
    const lines = [`\uFEFF${id}`, 'ADA', ' bob ', '', eveLine, eveLine, 'bob', 'ZOË']
    const ran = await cli(['user', '-', '--yes', '--json', '-r', realm.name], lines.join('\r\n'))
    expect(ran.code, ran.stderr).toBe(0)
    expect(ended(ran.json()).sort()).toEqual([
      ['ada', 1],
      ['bob', 1],
      ['eve', 1],
      ['zoë', 1],
    ])
    expect((await realm.sessionsOf('eve')).map(({ id }) => id)).toEqual([eveSecond])
  })

  test.each([
    ['nothing', '', 'nobody'],
    ['white space', ' \r\n\uFEFF\n\t\n', 'nobody'],
    ['CSV', 'realm,id,offline,userId\nx,y,false,z\n', 'bad-list'],
    ['a line of a megabyte', `ada\n${'x'.repeat(1_000_000)}\n`, 'bad-name'],
    ['a line of a megabyte of JSON', `{"a":"${'x'.repeat(1_000_000)}"}\n`, 'bad-list'],
    ['a broken list', '[{"id":"x","userId":"y","offline":false},\nada\n', 'bad-list'],
    ['binary', 'a\0b\n', 'bad-name'],
  ])('%s: exit 2, and little text', async (_, stdin, code) => {
    const ran = await cli(['user', '-', '--yes', '--json', '-r', first().name], stdin)
    expect([ran.code, ran.json<{ error: { code: string } }>().error.code]).toEqual([2, code])
    expect(ran.stdout.length + ran.stderr.length).toBeLessThan(1500)
  })

  test.each([
    'a/b',
    '../master',
    '%2e%2e',
    'a b',
    "o'hara",
    'a;b?c#d&e=f',
    '*',
    '%',
    '_',
    'x'.repeat(255),
    '日'.repeat(255),
    '\u202Eada',
    '-',
    '--yes',
  ])('the name %j is looked up as it is: exit 5', async (name) => {
    const ran = await cli(
      ['user', '-', '--yes', '--json', '-r', first().name],
      `ada\n${name === '-' ? '--' : name}\n`,
    )
    expect([ran.code, ran.json<{ error: { code: string } }>().error.code], ran.stdout).toEqual([
      5,
      'user-not-found',
    ])
  })

  test('the list of one realm is not taken for another', async () => {
    const [a, b] = realms as [TestRealm, TestRealm]
    await signIn(b, 'ada')
    const listed = await cli(['sessions', '--list', '--json', '-r', a.name, '-r', b.name])
    const ran = await cli(['user', '-', '--yes', '--json', '-r', a.name], listed.stdout)
    expect([ran.code, ran.json<{ error: { code: string } }>().error.code], ran.stdout).toEqual([
      2,
      'bad-list',
    ])
    expect(await b.sessionsOf('ada')).toHaveLength(1)
  })
})

interface Several {
  readonly realms: readonly (UserOutcome & { readonly error?: { readonly code: string } })[]
  readonly verdict: string
}
const brief = ({ realms: found, verdict }: Several) => [
  ...found.map(({ realm, verdict: one, error }) => [realm.replace(PREFIX, ''), error?.code ?? one]),
  verdict,
]

describe('several realms', () => {
  test('the same realm twice is one', async () => {
    const [a] = realms as [TestRealm]
    await signIn(a, 'ada')
    const ran = await cli(['user', 'ada', '-r', a.name, '-r', a.name, '--yes', '--json'])
    expect([ran.code, brief(ran.json())], ran.stderr).toEqual([0, [['-a', 'done'], 'done']])
  })

  test('a realm that the account may not see', async () => {
    const [a, b] = realms as [TestRealm, TestRealm]
    await a.addUser({ username: 'chief', adminRoles: ['realm-admin'] })
    await signIn(a, 'ada')
    await signIn(b, 'ada')
    const env = {
      KC_LOGOUT_USERNAME: 'chief',
      KC_LOGOUT_PASSWORD: a.passwordOf('chief'),
      KC_LOGOUT_LOGIN_REALM: a.name,
    }
    const ran = await cli(
      ['user', 'ada', '-r', b.name, '-r', a.name, '-r', 'master', '--yes', '--json'],
      '',
      env,
    )
    const denied = ['-b', 'master'].map((name) => [name, 'role-missing'])
    expect([ran.code, brief(ran.json())], ran.stderr).toEqual([3, [...denied, ['-a', 'done'], 'partial']])
    expect(await b.sessionsOf('ada')).not.toEqual([])
    expect(await a.sessionsOf('ada')).toEqual([])
    expect(await a.sessionsOf('chief')).toEqual([])
  })

  test('master among them, and the account signed in with: last, and its own session', async () => {
    const [a] = realms as [TestRealm]
    await signIn(a, 'bob')
    const ran = await cli([
      'user',
      keycloak.admin.username,
      'bob',
      '-r',
      'master',
      '-r',
      a.name,
      '--dry-run',
      '--json',
    ])
    expect([ran.code, brief(ran.json())], ran.stderr).toEqual([
      0,
      [['-a', 'planned'], ['master', 'planned'], 'planned'],
    ])
    const admin = ran.json<Several>().realms.at(-1)?.users[0]
    expect([admin?.username, admin?.endsOwnSession]).toEqual([keycloak.admin.username, true])
  })

  test('after Ctrl-C the sign-in that serves all realms is ended, too', async () => {
    const [a, b] = realms as [TestRealm, TestRealm]
    await a.addUser({ username: 'boss', adminRoles: ['realm-admin'] })
    await signIn(a, 'bob')
    receiver.clear()
    receiver.behave({ delayMs: 2000 })
    const env = {
      ...{ KC_LOGOUT_SERVER: keycloak.url, KC_LOGOUT_LOGIN_REALM: a.name },
      ...{ KC_LOGOUT_USERNAME: 'boss', KC_LOGOUT_PASSWORD: a.passwordOf('boss') },
    }
    const ran = await runCli(['user', 'bob', '-r', a.name, '-r', b.name, '--yes', '--json'], {
      env,
      onStart: ({ signal }) => void receiver.waitFor(1, { timeoutMs: 100_000 }).then(() => signal('SIGINT')),
    })
    receiver.behave({})
    expect(ran.code, ran.stderr).toBe(130)
    expect(await a.sessionsOf('boss')).toEqual([])
  })

  test('a realm that is deleted during the run', async () => {
    const doomed = await createRealm(keycloak, {
      name: `${PREFIX}-c`,
      clients: [{ clientId: 'shop', backchannelLogoutUrl: `${receiver.url}/shop/c` }],
      users: USERS,
    })
    const [a] = realms as [TestRealm]
    for (const realm of [a, doomed]) await signIn(realm, 'ada')
    receiver.clear()
    receiver.behave({ delayMs: 4000 })
    const run = cli(['user', 'ada', '-r', a.name, '-r', doomed.name, '--yes', '--json'])
    await receiver.waitFor(1, { timeoutMs: 60_000 })
    await doomed.remove()
    const ran = await run
    receiver.behave({})
    expect([ran.code, brief(ran.json())], ran.stderr).toEqual([
      3,
      [['-a', 'done'], ['-c', 'realm-not-found'], 'partial'],
    ])
    expect(ran.json<Several>().realms[1]?.verdict).toBe('failed')
  })
})

describe('--group', () => {
  const NAMES = ['a/b', 'b', '/x', 'x/', '/', '*_%?', '"q" \\', ' 日本 ']
  test('names with slashes and signs: found by the path, if only one group has it', {
    timeout: 300_000,
  }, async () => {
    const realm = await createRealm(keycloak, { name: `${PREFIX}-g` })
    realms.push(realm)
    const idIn = async (path: string, name: string) => {
      const made = await realm.post(path, { name })
      return made.headers.location?.split('/').at(-1) ?? made.json<{ id: string }>().id
    }
    const a = await idIn('/groups', 'a')
    const groups: { path: string; user: string }[] = []
    for (const parent of ['/groups', `/groups/${a}/children`])
      for (const name of NAMES) {
        const id = await idIn(parent, name)
        const { path } = await realm.get<{ path: string }>(`/groups/${id}`)
        const user = `user-${groups.length}`
        await realm.addUser(user)
        await realm.put(`/users/${await realm.idOfUser(user)}/groups/${id}`, {})
        groups.push({ path, user })
      }
    for (const { path, user } of groups) {
      const ran = await cli(['user', `--group=${path}`, '--dry-run', '--json', '-r', realm.name])
      const isOne = groups.filter((one) => one.path === path).length === 1
      if (isOne)
        expect(
          ran.json<UserOutcome>().users.map(({ username }) => username),
          path,
        ).toEqual([user])
      else
        expect([ran.code, ran.json<{ error: { code: string } }>().error.code], path).toEqual([
          2,
          'ambiguous-group',
        ])
    }
  })
})
