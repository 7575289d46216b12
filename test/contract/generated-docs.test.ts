import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { helpPage } from '../../docs/help.ts'
import { incidentReportPage } from '../../docs/incident-report.ts'
import { schemaFiles } from '../../docs/schemas.ts'
import { schemaErrors } from '../support/schemas.ts'

const doc = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

test('docs/help.md is what --help says (npm run docs)', async () => {
  expect(doc('help.md')).toBe(await helpPage())
})

test('the example of a report is what all --report writes of that run (npm run docs)', async () => {
  expect(schemaErrors('report', JSON.parse(doc('examples/incident-report.json')))).toEqual([])
  expect(doc('examples/incident-report.html')).toBe(await incidentReportPage())
})

test('docs/schemas has what kc-logout schema prints (npm run docs)', () => {
  const names = readdirSync(new URL('../../docs/schemas', import.meta.url))
  expect(Object.fromEntries(names.map((name) => [name, doc(`schemas/${name}`)]))).toEqual(schemaFiles())
})
