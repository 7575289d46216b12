import { describe, expect, it } from 'vitest'
import { clientEntry, unnotifiedClient } from '../../test/support/screens.ts'
import { knownNotifications } from './known-notifications.ts'
import { strictFailures } from './not-notified.ts'
import { atMost, exactly, type SeenOutcome } from './notifications.ts'

const names = (clients: Parameters<typeof strictFailures>[0], accepted: string[] = [], isPlan = false) =>
  strictFailures(clients, accepted, isPlan).map(({ clientId }) => clientId)

const result = (clientId: string, expected = exactly(2), outcomes?: readonly SeenOutcome[]) =>
  clientEntry({
    clientId,
    ...knownNotifications(expected, outcomes && { outcomes, evidence: ['traces'] }),
  })
const OK: SeenOutcome = { kind: 'answered', status: 200 }

describe('clients that fail --strict', () => {
  it('are not notified, not accepted and not built-in', () => {
    const clients = [
      result('notified'),
      unnotifiedClient({ clientId: 'silent' }),
      unnotifiedClient({ clientId: 'accepted' }),
      unnotifiedClient({ clientId: 'account', reason: 'built-in' }),
    ]
    expect(names(clients, ['accepted'])).toEqual(['silent'])
  })

  it('are not notified of some of their sessions', () => {
    const clients = [
      { ...result('all') },
      { ...result('expired'), expired: 1 },
      { ...result('offline'), invalidated: 2 },
    ]
    expect(names(clients)).toEqual(['expired', 'offline'])
    expect(names(clients, [], true)).toEqual(['expired', 'offline'])
  })

  it('are, without evidence, those of which the number of calls is not certain', () => {
    expect(names([result('range', atMost(2)), result('none', exactly(0)), result('certain')])).toEqual([
      'range',
      'none',
    ])
  })

  it('are, with evidence, those that did not accept every call', () => {
    expect(
      names([
        result('all', exactly(2), [OK, OK]),
        result('one', exactly(2), [OK]),
        result('unseen', exactly(2), []),
      ]),
    ).toEqual(['one', 'unseen'])
  })

  it('are judged by expectations alone in a plan', () => {
    expect(
      names([clientEntry(), clientEntry({ clientId: 'range', expectation: 'uncertain' })], [], true),
    ).toEqual(['range'])
  })
})
