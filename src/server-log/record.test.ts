import { describe, expect, it } from 'vitest'
import { isOfOthers } from './record.ts'

describe('a line that need not be read because it is not of Keycloak', () => {
  const entry = (category: string) => `2026-11-28 10:00:00,000 DEBUG [${category}] (executor-thread-1) text`

  it('has a category of others, in the format of Keycloak', () => {
    expect(isOfOthers(entry('org.hibernate.SQL'))).toBe(true)
  })

  it.each([
    entry('org.keycloak.services'),
    entry('o.k.s.m.ResourceAdminManager'),
    entry('ResourceAdminManager'),
    'keycloak-1  | 2026-11-28 10:00:00,000 DEBUG [org.hibernate.SQL] (executor-thread-1) text',
    'Caused by: java.net.ConnectException',
    '',
  ])('%s: has to be read', (line) => {
    expect(isOfOthers(line)).toBe(false)
  })
})
