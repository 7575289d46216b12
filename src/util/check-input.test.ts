import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { type CheckOptions, checkInput, filledText } from './check-input.ts'

const schema = v.strictObject(
  {
    realm: v.optional(filledText('a name')),
    version: v.optional(v.literal(1, '1\nIt was written by another version.')),
    kind: v.optional(v.picklist(['a', 'b'], 'a or b')),
    clients: v.array(
      v.strictObject(
        {
          clientId: filledText('a name'),
          adminUrl: v.optional(v.nullable(v.string('a URL\nWrite null to remove it.'))),
          enabled: v.optional(v.boolean('true or false')),
          port: v.optional(
            v.pipe(
              v.number('a number'),
              v.check((port) => port > 0, 'is not a port\nUse 1 or more.'),
            ),
          ),
        },
        'a client',
      ),
      'a list',
    ),
    groups: v.optional(v.record(v.string(), v.strictObject({ size: v.number('a number') }, 'a group'))),
  },
  'a set of keys',
)
const options: CheckOptions = {
  label: (item) =>
    typeof item === 'object' && item !== null && 'clientId' in item && typeof item.clientId === 'string'
      ? JSON.stringify(item.clientId)
      : undefined,
  otherNames: { id: 'clientId' },
  unknownKey: (key) =>
    key === 'secret' ? { problem: 'does not belong here', hint: 'Remove it.' } : undefined,
}
const problems = (value: unknown) =>
  (checkInput(schema, value, options).problems ?? []).map(({ message, hint }) =>
    hint === undefined ? message : `${message} | ${hint}`,
  )
const client = (fields: object) => ({ clients: [{ clientId: 'shop', ...fields }] })

describe('checkInput', () => {
  it('returns a valid document, typed', () => {
    const value = { realm: 'r', clients: [{ clientId: 'shop', adminUrl: null, enabled: true }] }
    expect(checkInput(schema, value)).toEqual({ output: value })
  })

  it.each<readonly [document: unknown, problem: string]>([
    [null, 'the content is empty, not a set of keys'],
    ['text', 'the content is text, not a set of keys'],
    [{}, 'clients is missing'],
    [{ clients: 'shop' }, 'clients is text, not a list'],
    [{ clients: ['shop'] }, 'clients[0] is text, not a client'],
    [{ clients: [{}] }, 'clients[0]: clientId is missing'],
    [
      { clients: [{ clientId: 42 }] },
      'clients[0]: clientId is the number 42, not a name | Write it in quotes: "42".',
    ],
    [{ clients: [{ clientId: '' }] }, 'clients[0] (""): clientId is empty'],
    [{ clients: [{ clientId: 'a\0' }] }, 'clients[0] ("a\\u0000"): clientId contains a NUL character'],
    [
      client({ adminUrl: 7 }),
      'clients[0] ("shop"): adminUrl is the number 7, not a URL | Write null to remove it.',
    ],
    [client({ enabled: 'false' }), 'clients[0] ("shop"): enabled is text, not true or false'],
    [client({ enabled: null }), 'clients[0] ("shop"): enabled is empty, not true or false'],
    [client({ port: 0 }), 'clients[0] ("shop"): port is not a port | Use 1 or more.'],
    [{ ...client({}), realm: true }, 'realm is true, not a name | Write it in quotes: "true".'],
    [{ ...client({}), version: 2 }, 'version is not 1 | It was written by another version.'],
    [{ ...client({}), kind: 'c' }, 'kind is not a or b'],
    [{ ...client({}), groups: { g: { size: [] } } }, 'groups.g.size is an empty list, not a number'],
    [{ ...client({}), groups: { 'a b': 1 } }, 'groups."a b" is the number 1, not a group'],
  ])('%j: %s', (document, problem) => {
    expect(problems(document)).toEqual([problem])
  })

  it('suggests the key that was probably meant, else lists the known ones', () => {
    expect(problems({ ...client({}), realms: 'x' })).toEqual(['unknown key "realms" | Did you mean realm?'])
    expect(problems(client({ id: 'x' }))).toEqual([
      'clients[0] ("shop"): unknown key "id" | Did you mean clientId?',
    ])
    expect(problems({ ...client({}), groups: { g: { size: 1, colour: 2 } } })).toEqual([
      'groups.g: unknown key "colour" | Known keys: size.',
    ])
  })

  it('has words of the caller for some unknown keys', () => {
    expect(problems(client({ secret: 'x' }))).toEqual([
      'clients[0] ("shop"): secret does not belong here | Remove it.',
    ])
  })

  it('finds all problems at once, with their paths', () => {
    const found = checkInput(schema, {
      clients: [{ clientId: 'a', one: 1, other: 2 }, 'x'],
      realm: 1,
    }).problems
    expect(found?.map(({ path }) => path)).toEqual([
      ['clients', 0, 'one'],
      ['clients', 0, 'other'],
      ['realm'],
      ['clients', 1],
    ])
  })

  it.each(['__proto__', 'constructor', 'prototype'])('does not let the key %s pass', (key) => {
    const member = (value: string) => JSON.parse(`{"clients":[],"groups":{},${value}}`) as unknown
    expect(problems(member(`"${key}":{"x":1}`))).toEqual([
      `unknown key "${key}" | Known keys: realm, version, kind, clients, groups.`,
    ])
    expect(problems(member(`"groups":{"${key}":{"size":1}}`))).toEqual([
      `groups: unknown key "${key}" | Use another name.`,
    ])
  })

  it.each<readonly [document: unknown, problem: string]>([
    [[], 'the content is an empty list, not a set of keys'],
    [{ clients: [[]] }, 'clients[0] is an empty list, not a client'],
    [{ clients: [], groups: [{ size: 1 }] }, 'groups is a list, not a set of keys'],
    [{ clients: [], groups: { g: [1] } }, 'groups.g is a list, not a group'],
  ])('does not take a list for a set of keys: %j', (document, problem) => {
    expect(problems(document)).toEqual([problem])
  })

  it('never shows a text: it may be a secret', () => {
    expect(problems({ clients: 'hunter2', realm: ['hunter2'] }).join()).not.toContain('hunter2')
  })
})
