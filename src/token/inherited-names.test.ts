import { describe, expect, test } from 'vitest'
import { commandLine } from '../../test/support/command-line.ts'
import { FakeKeycloak } from '../../test/support/fake-keycloak.ts'
import { base64url, NOW } from '../../test/support/tokens.ts'

const NAMES = ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__']
/** JSON text: an object literal would set the prototype. */
const text = (name: string, value = 'x') => `${JSON.stringify(name)}:${JSON.stringify(value)}`

describe('names of inherited object members are ordinary names', () => {
  test.each(
    NAMES.flatMap((name) =>
      [
        ['claim', '{"alg":"RS256"}', `{"iss":"x",${text(name)}}`],
        [
          'claim within a claim',
          '{"alg":"RS256"}',
          `{"iss":"x","events":{${text(name)}},"realm_access":{${text(name)}}}`,
        ],
        ['typ', `{"alg":"RS256","typ":"${name}"}`, '{"iss":"x"}'],
        ['typ claim', '{"alg":"RS256"}', `{"iss":"x","typ":"${name}"}`],
        ['alg', `{"alg":"${name}"}`, '{"iss":"x"}'],
        ['enc', `{"alg":"RSA-OAEP","enc":"${name}"}`, '{"iss":"x"}'],
        ['header', `{"alg":"RS256",${text(name)}}`, '{"iss":"x"}'],
      ].map(([where, header, payload]) => [name, where, header, payload] as const),
    ),
  )('%s as %s', async (name, _, header = '', payload = '') => {
    const token = `${base64url(header)}.${base64url(payload)}.${base64url('x'.repeat(256))}`
    const run = commandLine(new FakeKeycloak(), {
      now: NOW * 1000,
      settings: { server: undefined, realm: undefined },
    })
    for (const form of [[], ['--json']]) {
      const ran = await run('inspect-token', token, ...form)
      expect(ran.stderr + ran.stdout).not.toMatch(/Unexpected|native code|\[object/)
      expect([0, 2, 7]).toContain(ran.code)
      if (ran.code !== 2) expect(ran.stdout).toContain(name)
    }
  })

  test.each(NAMES)('%s as a key of a configure file is an unknown key', async (name) => {
    const files = { f: `clients:\n  - clientId: shop\n    ${name}: x\n` }
    const ran = await commandLine(new FakeKeycloak(), { files })('configure', '--file', 'f', '--check')
    expect(ran.code).toBe(2)
    expect(ran.stderr).toContain(name)
    expect(ran.stderr).not.toMatch(/Unexpected|native code|\[object/)
  })
})
