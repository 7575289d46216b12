import { describe, expect, test } from 'vitest'
import { isPlainWord, type OptionShape, positionAfter, questionAt } from './candidates.ts'
import { typedWords } from './words.ts'

describe('a line is split like in a shell', () => {
  test.each<[string, string[], string]>([
    ['kc-logout ', ['kc-logout'], ''],
    ['kc-logout us', ['kc-logout'], 'us'],
    ['kc-logout  user   ada ', ['kc-logout', 'user', 'ada'], ''],
    ["kc-logout -r 'my realm' se", ['kc-logout', '-r', 'my realm'], 'se'],
    ['kc-logout -r "my \\"realm', ['kc-logout', '-r'], 'my "realm'],
    ['kc-logout -r my\\ re', ['kc-logout', '-r'], 'my re'],
    ['cat x | kc-logout us', ['kc-logout'], 'us'],
    ['a && b; KC_LOGOUT_REALM=x kc-logout us', ['kc-logout'], 'us'],
    ['echo "$(kc-logout us', ['echo'], '$(kc-logout us'],
    ['echo $(kc-logout us', ['kc-logout'], 'us'],
    ["kc-logout ''", ['kc-logout'], ''],
    ["kc-logout '' x", ['kc-logout', ''], 'x'],
    ['kc-logout user \\', ['kc-logout', 'user'], ''],
    ['', [], ''],
  ])('%j', (line, words, current) => {
    expect(typedWords(line)).toEqual({ words, current })
  })
})

const OPTIONS: OptionShape[] = [
  { long: '--realm', short: '-r', description: 'the realm acted on', value: 'realm' },
  { long: '--client', description: 'only this client', value: 'client-id' },
  { long: '--group', description: 'in this group', value: 'path' },
  { long: '--role', description: 'with this role', value: 'role' },
  { long: '--idp', description: 'of this provider', value: 'alias' },
  { long: '--org', description: 'of this organization', value: 'alias' },
  { long: '--file', description: 'a file', value: 'file' },
  { long: '--timeout', description: 'seconds', value: 'seconds' },
  { long: '--by', description: 'by', value: 'field', words: ['id', 'username', 'email'] },
  { long: '--from-kcadm', description: 'kcadm', value: 'file', isOptional: true },
  { long: '--json', description: 'JSON' },
]
const ask = (line: string) => {
  const { words, current } = typedWords(line)
  return questionAt(positionAfter(words, OPTIONS), current, OPTIONS)
}

describe('what is completed at the cursor', () => {
  test.each<[string, object]>([
    ['kc-logout ', { kind: 'commands', prefix: '' }],
    ['kc-logout se', { kind: 'commands', prefix: 'se' }],
    ['kc-logout -r customers se', { kind: 'commands', prefix: 'se' }],
    ['kc-logout --realm=customers se', { kind: 'commands', prefix: 'se' }],
    ['kc-logout --json se', { kind: 'commands', prefix: 'se' }],
    ['kc-logout -r cu', { kind: 'values', of: 'realm', prefix: 'cu' }],
    ['kc-logout user ada --client ', { kind: 'values', of: 'client', prefix: '' }],
    ['kc-logout user ada --client=sh', { kind: 'values', of: 'client', prefix: 'sh', before: '--client=' }],
    ['kc-logout user --group /st', { kind: 'values', of: 'group', prefix: '/st' }],
    ['kc-logout user --role=shop/', { kind: 'values', of: 'role', prefix: 'shop/', before: '--role=' }],
    ['kc-logout user --idp ', { kind: 'values', of: 'identity-provider' }],
    ['kc-logout user --org ', { kind: 'values', of: 'organization' }],
    ['kc-logout user ada --by ', { kind: 'values', of: ['id', 'username', 'email'] }],
    ['kc-logout explain --file ', { kind: 'values', of: 'file' }],
    ['kc-logout --timeout ', { kind: 'nothing' }],
    ['kc-logout --json=', { kind: 'nothing' }],
    ['kc-logout user ', { kind: 'nothing' }],
    ['kc-logout user ada --', { kind: 'options', prefix: '--' }],
    ['kc-logout user -- -', { kind: 'nothing' }],
    ['kc-logout configure sh', { kind: 'values', of: 'client', prefix: 'sh' }],
    ['kc-logout configure shop ', { kind: 'values', of: 'client', prefix: '' }],
    ['kc-logout drill shop ', { kind: 'values', of: 'client', prefix: '' }],
    ['kc-logout configure -- -sh', { kind: 'values', of: 'client', prefix: '-sh' }],
    ['kc-logout profile ', { kind: 'values', of: ['list', 'show', 'use', 'remove'] }],
    ['kc-logout profile use p', { kind: 'values', of: 'profile', prefix: 'p' }],
    ['kc-logout profile use prod ', { kind: 'nothing' }],
    ['kc-logout completion z', { kind: 'values', prefix: 'z' }],
    ['kc-logout explain ', { kind: 'values', of: 'file' }],
    ['kc-logout login --from-kcadm ', { kind: 'values', of: 'file' }],
    ['kc-logout login --from-kcadm -', { kind: 'options', prefix: '-' }],
    ['kc-logout login --from-kcadm --realm ', { kind: 'values', of: 'realm' }],
    ['kc-logout nope ', { kind: 'nothing' }],
  ])('%j', (line, expected) => {
    expect(ask(line)).toMatchObject(expected)
  })
})

test.each([
  '$(reboot)',
  '`reboot`',
  'a b',
  "it's",
  'a;b',
  'a\nb',
  'a\tb',
  '-rf',
  '\u001b[2J',
  'a*',
  '~x',
  '\u202ea',
  'ä',
  '',
  '=x',
  '{a,b}',
  '!!',
  'a>b',
  '#x',
])('a name that needs quotes in a shell (%j) is not offered', (name) => {
  expect(isPlainWord(name)).toBe(false)
})

test.each(['shop', 'https://app.example.com/x', 'a.b_c-d', 'realm-management', 'user@host', '%x'])(
  '%j is',
  (name) => {
    expect(isPlainWord(name)).toBe(true)
  },
)
