import { expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { EXIT } from '../../errors.ts'
import { type WhoAmI, whoAmIView } from './account.view.ts'

it.each([
  [1_800_000_000_000, '2027-01-15T08:00:00.000Z'],
  [0, null],
  [1e30, null],
  [undefined, null],
])('a sign-in with the expiry %s expires at %s', async (refreshExpiresAt, expires) => {
  const tokens = { accessToken: 'a', issuedAt: 0, expiresAt: 0, refreshExpiresAt }
  const store = {
    source: 'test',
    remedy: '',
    read: async () => ({ ...tokens, refreshToken: undefined, sessionState: undefined }),
    update: async () => undefined,
  }
  const session = { source: 'test', origin: '', loginRealm: 'master', clientId: 'admin-cli', store }
  const ran = await commandLine(new FakeKeycloak(), { roles: {}, settings: { session } })('whoami', '--json')
  expect([ran.code, ran.json().expires]).toEqual([EXIT.ok, expires])
})

it('says which clients with sessions the account does not see', () => {
  const who: WhoAmI = {
    server: 'https://keycloak.test',
    realm: 'customers',
    loginRealm: 'customers',
    username: 'help',
    clientId: 'admin-cli',
    expires: null,
    sources: {},
    commands: [],
  }
  const shown = (changes: Partial<WhoAmI>) =>
    whoAmIView({ ...who, ...changes }, { columns: 80 })
      .flat()
      .map((piece) => (typeof piece === 'string' ? piece : piece.text))
      .join('')
  const desk = { id: 'id-desk', clientId: 'desk', active: 2, offline: 0 }
  expect(shown({ seesAllClients: false, notVisible: [desk] })).toContain(
    '1 client with sessions is not visible to you: desk.',
  )
  expect(shown({ seesAllClients: null, notVisible: [] })).toContain('others may be missing')
  expect(shown({ seesAllClients: true, notVisible: [] })).not.toContain('visible')
})
