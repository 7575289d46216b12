import { beforeEach, describe, expect, it } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'
import { schemaErrors } from '../support/schemas.ts'

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

describe('a JSON document fits the schema of its command', () => {
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
    expect(schemaErrors(command, said)).toEqual([])
  })

  it.each(['user ada --yes', 'all --confirm customers'])('%s, when something fails', async (line) => {
    failsFor('s1')
    const [command = ''] = line.split(' ')
    expect(schemaErrors(command, await document(line))).toEqual([])
  })

  it('a session in a list has the same members as one of a user', async () => {
    const { stdout } = await commandLine(keycloak)('sessions', '--list', '--json')
    const { sessions } = (await document('sessions --user ada')) as { sessions: object[] }
    const members = (value: object) => Object.keys(value).filter((name) => name !== 'schemaVersion')
    const listed: object = JSON.parse(stdout.split('\n')[0] ?? '')
    expect(members(listed)).toEqual(members(sessions[0] ?? {}))
    expect(schemaErrors('sessions-list', listed)).toEqual([])
  })
})
