import { describe, expect, it } from 'vitest'
import { aClient, aRealm } from '../../test/support/builders.ts'
import { mayHaveExpired } from './client-session-life.ts'

const START = 1_700_000_000_000
const REALM = aRealm({
  sessionLimits: { client: { idle: undefined, max: undefined }, user: { idle: 1800, max: 36_000 } },
  offlineSessionLimits: {
    client: { idle: undefined, max: undefined },
    user: { idle: 2_592_000, max: undefined },
  },
})
const expiredAfter = (seconds: number, client = aClient(), realm = REALM, offline = false) =>
  mayHaveExpired({ start: START, offline }, client, realm, START + seconds * 1000)

describe('a client session', () => {
  it('lives for sure until the shortest limit from the start of its user session', () => {
    expect(expiredAfter(1790)).toBe(false)
    expect(expiredAfter(1796)).toBe(true)
  })

  it("has its client's limit before the realm's", () => {
    const short = aClient({ sessionLimits: { idle: undefined, max: 60 } })
    expect([expiredAfter(50, short), expiredAfter(60, short)]).toEqual([false, true])
    const long = aClient({ sessionLimits: { idle: 7200, max: undefined } })
    expect(expiredAfter(7000, long)).toBe(false)
  })

  it("has the realm's limit of client sessions before that of user sessions", () => {
    const realm = aRealm({
      sessionLimits: { client: { idle: 300, max: undefined }, user: { idle: 1800, max: 36_000 } },
    })
    expect([expiredAfter(290, aClient(), realm), expiredAfter(300, aClient(), realm)]).toEqual([false, true])
  })

  it('has limits of its own when it is offline, perhaps without a longest life', () => {
    expect(expiredAfter(86_400, aClient(), REALM, true)).toBe(false)
    const short = aClient({ offlineSessionLimits: { idle: 3600, max: undefined } })
    expect(expiredAfter(86_400, short, REALM, true)).toBe(true)
  })

  it('may have expired where no limit is known', () => {
    expect(expiredAfter(1, aClient(), aRealm())).toBe(true)
  })
})
