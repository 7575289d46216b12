import { describe, expect, test } from 'vitest'
import { knownNotifications } from '../../core/known-notifications.ts'
import { exactly } from '../../core/notifications.ts'
import { adviceFor } from './advice.ts'
import type { DrilledClient, DrillOutcome } from './outcome.ts'
import { drillView } from './view.ts'

const late: DrilledClient = {
  clientId: 'shop',
  url: 'https://shop.example/me',
  verdict: 'out-later',
  seconds: 5,
  channel: 'backchannel',
  expectation: 'notified',
  ...knownNotifications(exactly(1)),
  seen: { what: 'login-page', detail: null },
  ended: 1,
  sessions: ['s1'],
}

describe('an application that was out later', () => {
  test('that is notified: whether it noticed by itself was not seen', () => {
    expect(adviceFor(late).why).not.toContain('by itself')
  })

  test('that is not notified noticed by itself', () => {
    const alone = { ...late, expectation: 'not-notified', ...knownNotifications(exactly(0)) } as const
    expect(adviceFor(alone).why).toContain('by itself')
  })
})

test('where a session was made that the user does not have, not all are said to have ended', () => {
  const outcome: DrillOutcome = {
    act: 'drill',
    realm: 'customers',
    user: 'dora',
    clients: [{ ...late, verdict: 'cannot-sign-in', seen: { what: 'no-session', detail: null } }],
    sessionsLeft: [],
    traceIds: [],
    interrupted: false,
    verdict: 'fail',
  }
  const shown = (one: DrillOutcome) => drillView(one, { columns: 80 }).flat().map(String).join('')
  expect(shown(outcome)).not.toContain('have ended')
  const none = { what: 'wrong-password', detail: null } as const
  const rejected = outcome.clients.map((client) => ({ ...client, seen: none, sessions: [] }))
  expect(shown({ ...outcome, clients: rejected })).not.toContain('have ended')
})
