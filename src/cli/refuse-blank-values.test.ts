import { describe, expect, it } from 'vitest'
import { commandLine } from '../../test/support/command-line.ts'
import { FakeKeycloak } from '../../test/support/fake-keycloak.ts'
import { EXIT } from '../errors.ts'

describe('a blank value is exit 2 before any request', () => {
  it.each([
    ['<client-id>', 'doctor', ''],
    ['<client-id>', 'doctor', 'shop', ' '],
    ['<client-id>', 'configure', '\t', '--check'],
    ['<client-id>', 'drill', '', '--user', 'ada'],
    ['<id>', 'user', '', '--yes'],
    ['<id>', 'user', 'ada', '\n', '--yes'],
    ['<file>', 'explain', ''],
    ['<name>', 'schema', ''],
    ['<name>', 'profile', 'show', ''],
    ['<token>', 'inspect-token', ''],
    ['--user', 'sessions', '--user', ''],
    ['--session', 'user', 'ada', '--session', '', '--yes'],
    ['--accept-unnotified', 'user', 'ada', '--accept-unnotified=', '--yes'],
    ['--client', 'sessions', '--client', ' '],
    ['--client', 'not-before', 'set', '--client='],
    ['--realms', 'sessions', '--realms', ''],
    ['--realm', 'sessions', '-r', ' '],
    ['--server', '--server', '', 'sessions'],
    ['--reason', 'all', '--reason', ' '],
    ['--take-over', 'listen', '--take-over', ''],
    ['--match', 'audit', 'cumulocity', '--match', ''],
    ['--client', 'logout-url', '--client', ''],
    ['--user', 'events', '--user', ''],
  ])('%s: %s %j %j', async (name, ...line) => {
    const keycloak = new FakeKeycloak({ realm: 'customers' })
    const { code, stderr } = await commandLine(keycloak)(...line)
    expect([code, stderr, keycloak.calls]).toEqual([
      EXIT.usage,
      `error: ${name} is empty.\nhint:  Is a shell variable unset?\n`,
      [],
    ])
  })

  it.each(['--admin-url', '--backchannel-url'])(
    '%s: the hint says how to remove the setting',
    async (option) => {
      const { code, stderr } = await commandLine(new FakeKeycloak())('configure', 'shop', `${option}=`)
      expect([code, stderr]).toEqual([
        EXIT.usage,
        `error: ${option} is empty.\nhint:  Is a shell variable unset? ${option} none removes it.\n`,
      ])
    },
  )
})
