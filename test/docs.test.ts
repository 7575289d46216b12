import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { helpPage } from '../docs/help.ts'

test('docs/help.md is what --help says (npm run docs)', async () => {
  const page = readFileSync(new URL('../docs/help.md', import.meta.url), 'utf8')
  expect(page).toBe(await helpPage())
})
