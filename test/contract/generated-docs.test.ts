import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { helpPage } from '../../docs/help.ts'
import { incidentReportPage } from '../../docs/incident-report.ts'

const doc = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

test('docs/help.md is what --help says (npm run docs)', async () => {
  expect(doc('help.md')).toBe(await helpPage())
})

test('the example of a report is what all --report writes of that run (npm run docs)', async () => {
  expect(doc('examples/incident-report.html')).toBe(await incidentReportPage())
})
