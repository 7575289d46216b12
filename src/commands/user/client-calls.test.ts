import { describe, expect, it } from 'vitest'
import {
  connectionClosed,
  interrupted,
  keycloak,
  resultOf,
  serverError,
  signIn,
  user,
} from '../../../test/support/user-command.ts'
import { EXIT } from '../../errors.ts'

const claims = async (args = '', world = {}) => {
  const ran = await user(`ada --yes --strict --json ${args}`, world)
  const clients = resultOf(ran).users[0]?.clients ?? []
  return [
    ran.code,
    ...clients.map(({ clientId, expectation, reason, notifications: { expected } }) => [
      clientId,
      reason ?? expectation,
      expected.min,
      expected.max,
    ]),
  ]
}

describe('how often Keycloak called a client', () => {
  it('is at most once for each session, if the client was changed during the run', async () => {
    signIn('s1')
    signIn('s2')
    const shop = await keycloak.findClient('shop')
    keycloak.on('endSession', async () => {
      keycloak.on('endSession', () => {})
      await keycloak.updateClient(shop?.id ?? '', { frontchannelLogout: true })
    })
    expect(await claims()).toEqual([EXIT.partial, ['shop', 'changed', 0, 2]])
  })

  it('is a range for a session whose answer was lost, and that is gone', async () => {
    signIn('s1')
    signIn('s2')
    let isInside = false
    keycloak.on('endSession', async (id) => {
      if (isInside || id !== 's1') return
      isInside = true
      await keycloak.endSession('s1', { offline: false })
      throw connectionClosed()
    })
    expect(await claims()).toEqual([EXIT.partial, ['shop', 'unconfirmed-end', 1, 3]])
  })

  it('is unknown for a request in flight when it was interrupted', async () => {
    signIn('s1')
    keycloak.on('endSession', () => {
      throw interrupted()
    })
    expect((await claims())[1]).toEqual(['shop', 'unconfirmed-end', 0, 1])
  })

  it('may be less if client sessions live shorter than a run', async () => {
    keycloak.addClient({
      clientId: 'brief',
      backchannelLogoutUrl: 'https://brief.example/',
      sessionLimits: { idle: undefined, max: 5 },
    })
    signIn('s1', ['shop', 'brief'])
    expect(await claims()).toEqual([
      EXIT.partial,
      ['brief', 'may-have-expired', 0, 1],
      ['shop', 'notified', 1, 1],
    ])
  })

  it('is unknown for a session that could not be ended', async () => {
    signIn('s1')
    keycloak.on('endSession', () => {
      throw serverError()
    })
    expect((await claims())[1]).toEqual(['shop', 'unconfirmed-end', 0, 1])
  })
})
