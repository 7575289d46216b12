import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors.ts'
import { parseStructured } from './yaml-file.ts'

const VALUE = { clients: [{ clientId: 'shop', adminUrl: null, frontchannelLogout: true }] }

describe('parseStructured', () => {
  it.each([
    ['YAML', 'clients:\n  - clientId: shop\n    adminUrl: null\n    frontchannelLogout: true\n'],
    ['YAML with CRLF', 'clients:\r\n- clientId: shop\r\n  adminUrl: ~\r\n  frontchannelLogout: true\r\n'],
    [
      'YAML with a byte order mark',
      '\ufeffclients: [{clientId: shop, adminUrl: null, frontchannelLogout: true}]',
    ],
    [
      'YAML with comments and a document marker',
      '---\n# our file\nclients: [{clientId: shop, adminUrl: , frontchannelLogout: true}]',
    ],
    ['JSON', JSON.stringify(VALUE)],
    ['JSON indented with tabs', JSON.stringify(VALUE, null, '\t')],
    ['JSON with CRLF', JSON.stringify(VALUE, null, 2).replaceAll('\n', '\r\n')],
  ])('parses %s', (_, text) => {
    expect(parseStructured(text, 'x')).toEqual(VALUE)
  })

  it('keeps words that YAML 1.1 took for booleans as text', () => {
    expect(parseStructured('[yes, no, on, off, 2001-01-01, 0o17, true]', 'x')).toEqual([
      'yes',
      'no',
      'on',
      'off',
      '2001-01-01',
      15,
      true,
    ])
  })

  const refused: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', /^f\.yaml, line 3, column 1: Map keys must be unique/],
    ['a duplicate key in JSON', '{"a": 1, "a": 2}', /^f\.yaml, line 1, column 10: Map keys must be unique/],
    ['a tab as indentation', 'a:\n\tb: 1\n', /^f\.yaml, line 2, column 1: /],
    ['an open quote', 'a: "b\n', /^f\.yaml, line 2, column 1: Missing closing "quote/],
    ['an unclosed brace', '{"a": 1', /^f\.yaml, line 1, column 8: /],
    ['two documents', 'a: 1\n---\nb: 2\n', /^f\.yaml, line 2, column 1: Source contains multiple documents/],
    ['a tag', 'a: !!binary aGk=\n', /^f\.yaml, line 1, column 4: Unresolved tag/],
    ['an alias without an anchor', 'a: *b\n', /^f\.yaml: Unresolved alias/],
    ['a list as a key', '? [a]\n: 1\n', /^f\.yaml, line 1, column 3: /],
    [
      'aliases of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c]\n`,
      /^f\.yaml: Excessive alias count/,
    ],
    ['deeply nested brackets', '['.repeat(100_000), /^f\.yaml: nested too deeply/],
    ['deeply nested braces', '[{"a":'.repeat(50_000), /^f\.yaml: nested too deeply/],
    ['deeply nested lists', '- '.repeat(50_000), /^f\.yaml: nested too deeply/],
    ['deeply nested keys', '? '.repeat(50_000), /^f\.yaml: nested too deeply/],
  ]
  it.each(refused)('refuses %s', (_, text, message) => {
    let thrown: unknown
    try {
      parseStructured(text, 'f.yaml')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(UserError)
    expect(thrown).toMatchObject({
      code: 'file-invalid',
      exitCode: 2,
      message: expect.stringMatching(message),
    })
    expect((thrown as UserError).message).not.toContain('\n')
  })
})
