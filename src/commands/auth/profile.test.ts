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

it('a bare profile is profile list', async () => {
  const run = commandLine(new FakeKeycloak())
  const [bare, list] = [await run('profile'), await run('profile', 'list')]
  expect([bare.code, bare.stdout, bare.stderr]).toEqual([list.code, list.stdout, list.stderr])
  expect(bare.code).not.toBe(EXIT.usage)
})
