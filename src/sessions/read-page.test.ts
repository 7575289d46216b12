import { describe, expect, it } from 'vitest'
import { aSession } from '../../test/support/builders.ts'
import { UserError } from '../errors.ts'
import type { SessionPage } from '../keycloak/keycloak.ts'
import { readPage } from './read-page.ts'

const SESSIONS = Array.from({ length: 1_000 }, (_, i) => aSession({ id: `s${i}` }))
const unreadable = () => new UserError('unreadable', 'Cannot read the sessions of a client: HTTP 500.')

/** Fails for each page with one of these sessions. */
function listing(bad: readonly number[], sessions = SESSIONS, error: () => Error = unreadable) {
  const pages: SessionPage[] = []
  return {
    pages,
    clientSessions: async (_: string, page: SessionPage) => {
      pages.push(page)
      const { first, max } = page
      if (bad.some((index) => index >= first && index < first + max)) throw error()
      return sessions.slice(first, first + max)
    },
  }
}
const PAGE: SessionPage = { offline: false, first: 0, max: 1_000 }

describe('readPage', () => {
  it('reads a page with one request', async () => {
    const keycloak = listing([])
    expect(await readPage('c', PAGE, keycloak)).toEqual({ sessions: SESSIONS, unreadable: undefined })
    expect(keycloak.pages).toEqual([PAGE])
  })

  it.each([[[0]], [[999]], [[500]], [[3, 700]]])('reads all sessions but the bad ones (%j)', async (bad) => {
    const keycloak = listing(bad)
    const { sessions, unreadable } = await readPage('c', PAGE, keycloak)
    expect(sessions.map(({ id }) => id)).toEqual(
      SESSIONS.map(({ id }) => id).filter((_, index) => !bad.includes(index)),
    )
    expect(unreadable).toEqual({ count: bad.length, reason: expect.stringContaining('HTTP 500') })
    expect(keycloak.pages.length).toBeLessThan(25 * bad.length)
    // Only the first request is worth a retry: then the fault is known to last.
    expect(keycloak.pages.slice(1).every(({ retry }) => retry === false)).toBe(true)
  })

  it('reads a short last page', async () => {
    const keycloak = listing([1], SESSIONS.slice(0, 3))
    const { sessions, unreadable } = await readPage('c', PAGE, keycloak)
    expect([sessions.map(({ id }) => id), unreadable?.count]).toEqual([['s0', 's2'], 1])
  })

  it('gives up if nearly everything fails, after 30 failed requests', async () => {
    const keycloak = listing(SESSIONS.map((_, index) => index))
    const { sessions, unreadable } = await readPage('c', PAGE, keycloak)
    expect([sessions, unreadable?.count]).toEqual([[], undefined])
    expect(keycloak.pages.length).toBeLessThan(50)
  })

  it('throws any other failure', async () => {
    const denied = () => new UserError('role-missing', 'The role view-clients is missing.', { exitCode: 4 })
    await expect(readPage('c', PAGE, listing([1], SESSIONS, denied))).rejects.toMatchObject({
      code: 'role-missing',
    })
  })
})
