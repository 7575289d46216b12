import { describe, expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { EXIT } from '../../errors.ts'

describe('a profile operation with wrong arguments: exit 2', () => {
  it.each([
    ['list prod', 'kc-logout profile show prod'],
    ['use', 'profile list'],
    ['remove', 'profile list'],
    ['drop prod', 'list, show, use, remove'],
  ])('%s', async (line, said) => {
    const ran = await commandLine(new FakeKeycloak())('profile', ...line.split(' '))
    expect([ran.code, ran.stdout]).toEqual([EXIT.usage, ''])
    expect(ran.stderr).toContain(said)
  })
})
