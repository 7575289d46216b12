import { describe, expect, it } from 'vitest'
import { ANSWER } from './answer.ts'
import { explained } from './texts.ts'
import { URL_FROM_HERE } from './url.ts'

const SEEN_FROM_HERE = Object.keys({ ...URL_FROM_HERE, ...ANSWER })

describe('what was seen from this machine', () => {
  it.each(SEEN_FROM_HERE)('%s: a failed notification is only a possibility', (code) => {
    const { why } = explained({ code, severity: 'error' })
    const claims = why.split(/(?<=[.)]) /).filter((sentence) => /not notified|\bfails?\b/.test(sentence))
    for (const claim of claims) expect(claim).toMatch(/^If |^Unless | may /)
  })

  it.each(Object.keys(URL_FROM_HERE))(
    '%s where Keycloak reached the host: only about the connection from here',
    (code) => {
      const { why } = explained({ code, severity: 'info', args: { onlyFromHere: true } })
      expect(why).toBe('Keycloak itself reached that host, so this is about the connection from here.')
    },
  )
})
