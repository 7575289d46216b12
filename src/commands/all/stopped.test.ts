import { beforeEach, describe, expect, it } from 'vitest'
import { allRealm, missingRole, resultOf } from '../../../test/support/all-realm.ts'
import { EXIT, UserError } from '../../errors.ts'

const realm = allRealm()
const gone = () => new UserError('refused-connection', 'It has gone.', { exitCode: EXIT.unreachable })

describe('a run that stops early', () => {
  beforeEach(() => {
    realm.signInEach(40)
  })

  it('for a missing role: exit 4, one document', async () => {
    realm.keycloak.on('endSession', () => {
      throw missingRole()
    })
    const ran = await realm.confirmed()
    expect(ran.code).toBe(EXIT.denied)
    expect(resultOf(ran)).toMatchObject({
      verdict: 'failed',
      realmStepSkipped: 'role-missing',
      error: { code: 'role-missing' },
      after: { left: 40 },
    })
  })

  it('for a server that is gone: exit 6, with the sessions that ended', async () => {
    let ended = 0
    const isGone = () => {
      if (ended >= 10) throw gone()
    }
    realm.keycloak.on('endSession', () => {
      isGone()
      ended++
    })
    realm.keycloak.on('sessionCounts', isGone)
    const ran = await realm.confirmed('--concurrency 1')
    expect(ran.code).toBe(EXIT.unreachable)
    expect(resultOf(ran)).toMatchObject({
      verdict: 'partial',
      phases: [{ name: 'client', sessions: 40, ended: 10 }],
      error: { code: 'refused-connection' },
      after: { left: null },
    })
  })

  it('between two passes keeps the result of the first', async () => {
    let calls = 0
    realm.keycloak.on('sessionCounts', async () => {
      await realm.clock.sleep(20)
      if (++calls === 2) throw gone()
    })
    const ran = await realm.confirmed()
    expect(ran.code).toBe(EXIT.unreachable)
    expect(resultOf(ran)).toMatchObject({ phases: [{ ended: 40 }], realmStepSkipped: 'refused-connection' })
  })
})

describe('an interruption', () => {
  const interrupted = async (args: string, after: number) => {
    const controller = new AbortController()
    void realm.clock.sleep(after).then(() => controller.abort('SIGINT'))
    return realm.confirmed(args, { signal: controller.signal })
  }

  it('ends with a summary and exit 130, and a second run continues', async () => {
    realm.signInEach(100)
    realm.keycloak.on('endSession', () => realm.clock.sleep(1_000))
    const ran = await interrupted('', 5_500)
    expect(ran.code).toBe(EXIT.interrupted)
    expect(resultOf(ran)).toMatchObject({
      interrupted: true,
      verdict: 'partial',
      realmStepSkipped: 'interrupted',
      phases: [{ name: 'client', sessions: 100, ended: 48, untried: 52 }],
    })
    const again = await realm.confirmed()
    expect([again.code, resultOf(again).phases[0]?.sessions, realm.active()]).toEqual([EXIT.ok, 52, []])
  })

  it('is reported without a planned realm step, too', async () => {
    realm.signInEach(100)
    realm.keycloak.on('endSession', () => realm.clock.sleep(1_000))
    const ran = await interrupted('--client shop', 5_500)
    expect([ran.code, resultOf(ran).interrupted]).toEqual([EXIT.interrupted, true])
  })

  it('during the realm step keeps the summary, too', async () => {
    realm.signIn('ada', 's0')
    realm.keycloak.on('logoutRealm', async () => {
      await realm.clock.sleep(10_000)
      throw new UserError('interrupted', 'Interrupted.', { exitCode: EXIT.interrupted })
    })
    const ran = await interrupted('', 5_000)
    expect(ran.code).toBe(EXIT.interrupted)
    expect(resultOf(ran)).toMatchObject({ interrupted: true, phases: [{ ended: 1 }, { name: 'realm' }] })
  })
})
