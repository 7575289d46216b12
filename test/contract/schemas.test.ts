import { beforeAll, describe, expect, it, test } from 'vitest'
import type { Schema } from '../../src/commands/schema/build.ts'
import { SCHEMAS } from '../../src/commands/schema/documents.ts'
import { isRecord } from '../../src/util/is-record.ts'
import { commandLine } from '../support/command-line.ts'
import { sampleDocuments } from '../support/documents.ts'
import { FakeKeycloak } from '../support/fake-keycloak.ts'
import { isSchema, schemaErrors, schemaNamed } from '../support/schemas.ts'

const NAMES = Object.keys(SCHEMAS)
let documents: Record<string, unknown>
beforeAll(async () => {
  documents = await sampleDocuments()
}, 60_000)

describe.each(NAMES)('the schema %s', (name) => {
  it('is of draft 2020-12 and complete in itself', () => {
    const schema = schemaNamed(name)
    expect([schema.$schema, isSchema(schema)]).toEqual(['https://json-schema.org/draft/2020-12/schema', true])
    expect(JSON.stringify(schema).match(/"\$ref":"(?!#\/\$defs\/)[^"]*"/g)).toBeNull()
  })

  it('describes every member', () => {
    expect(
      [...membersOf(schemaNamed(name))].filter(([, { description, $ref }]) => !description && !$ref),
    ).toEqual([])
  })

  it('accepts a document', () => {
    expect(documents[name]).toBeDefined()
    expect(schemaErrors(name, documents[name])).toEqual([])
  })

  it('rejects an unknown member in every object that it describes', () => {
    const changed = [...variants(schemaNamed(name), documents[name], 'unknown')]
    expect(changed.length).toBeGreaterThan(0)
    expect(changed.filter((each) => schemaErrors(name, each).length === 0)).toEqual([])
  })

  it('rejects a document without a member that is always there', () => {
    const changed = [...variants(schemaNamed(name), documents[name], 'missing')]
    expect(changed.length).toBeGreaterThan(0)
    expect(changed.filter((each) => schemaErrors(name, each).length === 0)).toEqual([])
  })
})

describe('kc-logout schema', () => {
  const run = commandLine(new FakeKeycloak())

  it.each(NAMES)('%s prints its schema', async (name) => {
    const { code, stdout } = await run('schema', name)
    expect([code, JSON.parse(stdout)]).toEqual([0, SCHEMAS[name]])
  })

  test('prints the same with --json', async () => {
    expect((await run('schema', 'user', '--json')).stdout).toBe((await run('schema', 'user')).stdout)
  })

  test('without a name lists all of them', async () => {
    const { stdout } = await run('schema')
    expect(stdout.split('\n').flatMap((line) => line.match(/^[a-z-]+/) ?? [])).toEqual(NAMES)
  })

  test.each([
    ['sesions', 'Did you mean sessions?'],
    ['toString', 'kc-logout schema'],
  ])('%s is exit 2 with a hint', async (name, hint) => {
    const { code, stdout, stderr } = await run('schema', name)
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(hint)])
  })
})

/** Every member of every object in a schema, by its path in the schema. */
function* membersOf(schema: unknown, path = ''): Generator<[string, Record<string, unknown>]> {
  if (Array.isArray(schema)) for (const each of schema) yield* membersOf(each, path)
  if (!isRecord(schema)) return
  if (isRecord(schema.properties))
    for (const [name, member] of Object.entries(schema.properties))
      if (isRecord(member)) yield [`${path}/${name}`, member]
  for (const [keyword, part] of Object.entries(schema)) yield* membersOf(part, `${path}/${keyword}`)
}

/** Copies of a document, each with one member too many or too few in one of its objects. */
function* variants(root: Schema, document: unknown, change: 'unknown' | 'missing'): Generator<unknown> {
  yield* changed(root, document)

  function* changed(schema: unknown, value: unknown): Generator<unknown> {
    const { $ref, anyOf, items, properties, required } = isRecord(schema) ? schema : {}
    if (typeof $ref === 'string') {
      yield* changed((root.$defs as Record<string, Schema>)[$ref.replace('#/$defs/', '')], value)
    } else if (Array.isArray(anyOf)) {
      yield* changed(anyOf.find((part) => hasRequired(part, value)) ?? anyOf[0], value)
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries())
        for (const each of changed(items, item)) yield value.with(index, each)
    } else if (isRecord(value) && isRecord(properties)) {
      if (change === 'unknown') yield { ...value, somethingElse: 1 }
      else
        for (const name of required as string[]) {
          const { [name]: _, ...rest } = value
          yield rest
        }
      for (const [name, inner] of Object.entries(value))
        for (const each of changed(properties[name], inner)) yield { ...value, [name]: each }
    }
  }
}

const hasRequired = (schema: unknown, value: unknown): boolean =>
  isRecord(schema) &&
  isRecord(value) &&
  Array.isArray(schema.required) &&
  schema.required.every((name) => name in value)
