import { describe, expect, it } from 'vitest'
import { allRealm, resultOf } from '../../../test/support/all-realm.ts'

const STREAM = { issuer: 'https://keycloak.test/realms/customers', url: 'https://siem.example/events' }
const realm = allRealm()
const rowOf = (result: ReturnType<typeof resultOf>) =>
  result.clients.find(({ clientId }) => clientId === 'siem')

describe('a receiver of security events', () => {
  it('gets one for each session, whichever client takes part, and counts as notified', async () => {
    realm.keycloak.addClient({ clientId: 'siem', ssf: STREAM })
    realm.signIn('ada', 's1', ['shop'])
    realm.signIn('bob', 's2', ['desk'])
    const planned = rowOf(resultOf(await realm.all('--dry-run --json')))
    expect(planned).toMatchObject({ channel: 'ssf', expectation: 'notified', sessions: 2, delivery: 'none' })
    const ran = await realm.confirmed('--deliveries')
    expect(rowOf(resultOf(ran))).toMatchObject({
      channel: 'ssf',
      url: STREAM.url,
      ended: 2,
      notifications: { expected: { min: 2, max: 2 }, accepted: 2, unknown: 0 },
      evidence: ['outbox'],
      delivery: 'confirmed',
    })
    expect(realm.operations().filter((one) => one.startsWith('emit'))).toHaveLength(2)
    expect(resultOf(ran).deliveries).toMatchObject([
      { clientId: 'siem', sessionId: 's1', delivered: true, evidence: ['outbox'] },
      { clientId: 'siem', sessionId: 's2', delivered: true, evidence: ['outbox'] },
    ])
  })

  it('that answers with an error makes the run partial', async () => {
    realm.keycloak.addClient({ clientId: 'siem', ssf: STREAM })
    realm.keycloak.outbox.set('siem', {
      status: 'PENDING',
      attempts: 1,
      lastError: 'HTTP 500 Server Error',
      deliveredAt: undefined,
    })
    realm.signIn('ada', 's1', ['shop'])
    const ran = await realm.confirmed('--evidence-wait 1')
    expect(rowOf(resultOf(ran))).toMatchObject({ delivery: 'failed', answers: [{ status: 500, count: 1 }] })
    expect([ran.code, resultOf(ran).verdict]).toEqual([3, 'partial'])
  })

  it('is not notified by the realm step alone', async () => {
    realm.keycloak.addClient({ clientId: 'siem', ssf: STREAM })
    realm.signIn('ada', 's1', ['shop'])
    const ran = await realm.confirmed('--realm-step-only')
    expect(rowOf(resultOf(ran))).toMatchObject({ expectation: 'not-notified', reason: 'ssf-not-emitted' })
    expect(realm.operations().filter((one) => one.startsWith('emit'))).toEqual([])
  })
})
