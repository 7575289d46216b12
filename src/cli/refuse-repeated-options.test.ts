import { describe, expect, it } from 'vitest'
import { commandLine } from '../../test/support/command-line.ts'
import { FakeKeycloak } from '../../test/support/fake-keycloak.ts'
import { EXIT } from '../errors.ts'

const run = commandLine(new FakeKeycloak(), { names: { realm: ['customers'] } })

describe('an option with one value that is given twice', () => {
  it.each([
    'events -r customers -r staff',
    'events -r customers --realm staff',
    'events -rcustomers --realm=staff',
    '-r customers events -r staff',
    '--realm=customers -r staff events',
    'sessions --server https://a.example --server https://b.example',
    'events --profile prod --profile test',
    'sessions --timeout 3 --timeout 5',
    'sessions --user ada --user bob',
    'user ada --by id --by email',
    'not-before set --at 1 --at 2',
    'listen --port 1 --port 2',
    'listen --audience shop --audience desk',
    'configure shop --preset cumulocity --preset cumulocity',
    'audit cumulocity --since 1h --since 2h',
    'events --since 1h --since 2h',
    'logout-url --post-logout-redirect-uri https://a.example --post-logout-redirect-uri https://b.example',
  ])('is refused: %s', async (line) => {
    const { code, stderr } = await run(...line.split(' '))
    expect([code, stderr]).toEqual([EXIT.usage, expect.stringMatching(/^error: --[a-z-]+ is given twice\./)])
  })

  it.each([
    'sessions --client shop --client desk',
    'sessions --json --json',
    'doctor --accept no-url --accept disabled --probe --probe',
    '-r customers sessions',
  ])('is accepted if it is repeatable, a flag, or given once: %s', async (line) => {
    expect((await run(...line.split(' '))).stderr).not.toContain('given twice')
  })

  it('does not disturb completion', async () => {
    const { code, stdout } = await run('__complete', 'kc-logout sessions -r a -r cust')
    expect([code, stdout]).toEqual([EXIT.ok, expect.stringContaining('customers')])
  })
})
