import { beforeEach, describe, expect, it } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { differences, documentedShape } from '../support/documented-shape.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'

let keycloak: FakeKeycloak
beforeEach(() => {
  keycloak = new FakeKeycloak()
  keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: 'https://shop.example/logout' })
  keycloak.addClient({ clientId: 'desk', adminUrl: 'https://desk.example/admin' })
  keycloak.deadAdminUrls.add('https://desk.example/admin')
  keycloak.addUser('ada', { email: 'ada@example.com' })
  keycloak.addSession({ id: 's1', username: 'ada', clients: ['shop', 'desk'] })
  keycloak.addSession({ id: 's2', username: 'ada', clients: ['shop'] })
  keycloak.addSession({ id: 'off', username: 'ada', clients: ['shop'], offline: true })
})

const document = async (line: string) => {
  const ran = await commandLine(keycloak)(...line.split(' '), '--json')
  return ran.json()
}
const failsFor = (id: string) =>
  keycloak.on('endSession', (ended) => {
    if (ended === id) throw new Error('no')
  })

describe('a JSON document is what docs/commands.md promises, all of it and nothing else', () => {
  it.each([
    'user ada --dry-run',
    'user ada --yes',
    'user ada --client shop --offline-sessions --yes',
    'sessions',
    'sessions --users --by-tenant',
    'sessions --user ada',
    'all --dry-run',
    'all --realm-step-only --confirm customers',
    'all --no-realm-step --confirm customers',
    'all --offline-sessions --confirm customers',
    'all --client shop --confirm customers',
  ])('%s', async (line) => {
    const [command = ''] = line.split(' ')
    const said = await document(line)
    expect(said.schemaVersion).toBe(1)
    expect(differences(said, documentedShape(command))).toEqual([])
  })

  it.each(['user ada --yes', 'all --confirm customers'])('%s, when something fails', async (line) => {
    failsFor('s1')
    const [command = ''] = line.split(' ')
    expect(differences(await document(line), documentedShape(command))).toEqual([])
  })

  it('a session in a list has the same members as one of a person', async () => {
    const { stdout } = await commandLine(keycloak)('sessions', '--list', '--json')
    const { sessions } = (await document('sessions --user ada')) as { sessions: object[] }
    const members = (value: object) => Object.keys(value).filter((name) => name !== 'schemaVersion')
    expect(members(JSON.parse(stdout.split('\n')[0] ?? ''))).toEqual(members(sessions[0] ?? {}))
  })
})

describe('the comparison itself', () => {
  it('sees what is missing and what nobody promised', () => {
    const shape = documentedShape('user')
    expect(differences({ act: 'user', users: [{ id: 1, new: 2 }] }, shape)).toEqual(
      expect.arrayContaining(['missing realm', 'missing users.username', 'undocumented users.new']),
    )
  })
})
