import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { incidentReportPage } from '../../docs/incident-report.ts'
import { referencePages } from '../../docs/reference.ts'
import { schemaFiles } from '../../docs/schemas.ts'
import { COMMANDS } from '../../src/registry.ts'
import { schemaErrors } from '../support/schemas.ts'

const at = (name: string) => new URL(`../../docs/${name}`, import.meta.url)
const doc = (name: string) => readFileSync(at(name), 'utf8')

describe('docs/reference (npm run docs)', () => {
  const names = readdirSync(at('reference'))
  let pages: Readonly<Record<string, string>>
  beforeAll(async () => {
    pages = await referencePages()
  }, 60_000)

  test('has a page for each command', () => {
    expect(names).toEqual(expect.arrayContaining(COMMANDS.map(({ name }) => `${name}.md`)))
  })

  test.each(names)('%s has the options, topics and documents of the program', (name) => {
    expect(doc(`reference/${name}`)).toBe(pages[name])
  })

  test.each(COMMANDS.map(({ name }) => name))('the page of %s shows its help and examples', (name) => {
    const page = doc(`reference/${name}.md`)
    expect(page).toContain(`<!-- docs: help ${name} -->`)
    expect(page).toContain(`<!-- docs: examples ${name} -->`)
  })

  const examples = names.flatMap((name) =>
    [
      ...doc(`reference/${name}`).matchAll(/<!-- docs: json ([\w-]+)[^>]*-->\n\n```json\n([\s\S]*?)\n```/g),
    ].map(([, schema = '', json = '']) => ({ name, schema, json })),
  )

  test.each(examples)('the document $schema in $name fits its schema', ({ schema, json }) => {
    expect(schemaErrors(schema, JSON.parse(json))).toEqual([])
  })

  test('shows every schema but those made of others: events-follow, and several realms', () => {
    const shown = new Set(examples.map(({ schema }) => `${schema}.json`))
    const others = Object.keys(schemaFiles()).filter((name) => !name.endsWith('-realms.json'))
    expect(others.filter((name) => !shown.has(name))).toEqual(['events-follow.json'])
  })
})

test('the example of a report is what all --report writes for that run (npm run docs)', async () => {
  expect(schemaErrors('report', JSON.parse(doc('examples/incident-report.json')))).toEqual([])
  expect(doc('examples/incident-report.html')).toBe(await incidentReportPage())
})

test('docs/schemas has what kc-logout schema prints (npm run docs)', () => {
  const names = readdirSync(at('schemas'))
  expect(Object.fromEntries(names.map((name) => [name, doc(`schemas/${name}`)]))).toEqual(schemaFiles())
})
