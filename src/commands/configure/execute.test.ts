import { beforeEach, describe, expect, it } from 'vitest'
import { configuring, summaries, URL_A, URL_B } from '../../../test/support/configuring.ts'
import type { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import type { ConfigureOutcome } from '../../client-settings/outcome.ts'
import { EXIT, UserError } from '../../errors.ts'

let keycloak: FakeKeycloak
let configure: ReturnType<typeof configuring>['configure']
let puts: ReturnType<typeof configuring>['puts']
beforeEach(() => {
  ;({ keycloak, configure, puts } = configuring())
})

describe('configure reads each client again before and after writing', () => {
  const twoClients = `shop iot --admin-url ${URL_A} --json`

  it('leaves a client alone that was changed after the plan was shown', async () => {
    const shop = await keycloak.findClient('shop')
    const ran = await configure(twoClients, {
      agrees: true,
      onAgreed: () =>
        void keycloak.updateClient(shop?.id ?? '', { adminUrl: URL_B, frontchannelLogout: true }),
    })
    expect(ran.code).toBe(EXIT.partial)
    expect(summaries(ran)).toEqual([
      'shop failed admin-url-only same-url changed-meanwhile',
      'iot changed admin-url-only same-url',
    ])
    expect((await keycloak.findClient('shop'))?.adminUrl).toBe(URL_B)
  })

  it.each([
    ['root URL, against which a relative URL is resolved', { rootUrl: 'https://elsewhere.example' }],
    ['protocol', { protocol: 'saml' }],
  ])('leaves a client alone that got another %s after the plan was shown', async (what, change) => {
    const find = keycloak.findClient.bind(keycloak)
    const ran = await configure('shop --backchannel-url /logout --json', {
      agrees: true,
      onAgreed: () => {
        keycloak.findClient = async (clientId) => {
          const client = await find(clientId)
          return client && { ...client, ...change }
        }
      },
    })
    expect([ran.code, puts()]).toEqual([EXIT.failed, []])
    expect(ran.stdout).toContain(`after the plan was shown (its ${what.split(',')[0]})`)
  })

  it('keeps concurrent changes of other fields', async () => {
    const shop = await keycloak.findClient('shop')
    const ran = await configure('shop --session-required --json', {
      agrees: true,
      onAgreed: () =>
        void keycloak.updateClient(shop?.id ?? '', { adminUrl: URL_B, frontchannelLogout: false }),
    })
    expect(ran.code).toBe(EXIT.ok)
    expect(puts().at(-1)).toEqual({ backchannelLogoutSessionRequired: true, frontchannelLogout: false })
    expect((await keycloak.findClient('shop'))?.adminUrl).toBe(URL_B)
  })

  it('reports a value that is not the written one', async () => {
    let looks = 0
    keycloak.on('findClient', () => {
      // The third read is the one after the write.
      if (++looks !== 3) return
      const [, id] = [0, keycloak.operations[0]?.args[0]]
      void keycloak.updateClient(String(id), { adminUrl: null, frontchannelLogout: true })
    })
    const ran = await configure(`shop --admin-url ${URL_A} --json -y`)
    expect(ran.code).toBe(EXIT.failed)
    expect(summaries(ran)).toEqual(['shop failed admin-url-only not-as-written'])
  })

  it('names what else changed at the same time, without its value', async () => {
    keycloak.on('updateClient', (id) => void keycloak.setClientNotBefore(String(id), 4711))
    const ran = await configure(`shop --admin-url ${URL_A} --json -y`)
    expect(ran.json<ConfigureOutcome>().clients[0]?.findings.at(-1)).toMatchObject({
      code: 'also-changed',
      severity: 'warning',
      args: { name: 'notBefore', byKeycloak: false },
    })
    expect(ran.stdout).not.toContain('4711')
  })
})

describe('configure, if Keycloak fails', () => {
  const line = `shop iot --session-required --admin-url ${URL_A} --json -y`
  const failFor = (clientIds: readonly string[], error: UserError) =>
    keycloak.on('updateClient', async (id) => {
      for (const clientId of clientIds) if ((await keycloak.findClient(clientId))?.id === id) throw error
    })

  it('at one client, changes the other and exits with 3', async () => {
    failFor(['shop'], new UserError('server-error', 'HTTP 500'))
    const ran = await configure(line)
    expect(ran.code).toBe(EXIT.partial)
    expect(ran.json<ConfigureOutcome>()).toMatchObject({
      verdict: 'failed',
      clients: [{ status: 'failed' }, { status: 'changed' }],
    })
    expect(ran.stdout).toContain('The client was not changed: HTTP 500')
  })

  const LOST: readonly (readonly [name: string, error: UserError])[] = [
    ['a lost response', new UserError('connection-closed', 'Closed.', { exitCode: EXIT.unreachable })],
    ['a 500', new UserError('server-error', 'HTTP 500')],
  ]
  /** The change takes effect, but the response is an error. */
  const loseAnswers = (error: UserError) => {
    const update = keycloak.updateClient.bind(keycloak)
    keycloak.updateClient = async (id, changes) => {
      await update(id, changes)
      throw error
    }
  }
  it.each(LOST)('after %s to a change that was made, looks and reports it as changed', async (_, error) => {
    loseAnswers(error)
    const ran = await configure(line)
    expect([ran.code, summaries(ran)]).toEqual([
      EXIT.ok,
      ['shop changed admin-url-only same-url', 'iot changed admin-url-only same-url'],
    ])
  })

  it('after a lost response that cannot be checked, reports "not known", never "not changed"', async () => {
    loseAnswers(LOST[0]?.[1] as UserError)
    let looks = 0
    keycloak.on('findClient', () => {
      if (++looks === 3) throw new UserError('unreachable', 'No way.', { exitCode: EXIT.unreachable })
    })
    const ran = await configure('shop --revoke-offline --json -y')
    expect([ran.code, summaries(ran)]).toEqual([EXIT.failed, ['shop failed not-known']])
    expect(ran.stdout).toContain('It is not known whether the change was written: Closed.')
  })

  it('after a lost response to a change that is not there yet, reports "not known"', async () => {
    failFor(['shop'], LOST[0]?.[1] as UserError)
    expect(summaries(await configure('shop --revoke-offline --json -y'))).toEqual(['shop failed not-known'])
  })

  it('after a client was written and cannot be read back, reports both', async () => {
    let looks = 0
    keycloak.on('findClient', () => {
      if (++looks >= 4) throw new UserError('unreachable', 'No way.', { exitCode: EXIT.unreachable })
    })
    const ran = await configure('shop iot --revoke-offline --json -y')
    expect([ran.code, summaries(ran)]).toEqual([
      EXIT.failed,
      ['shop failed not-verified', 'iot failed not-written'],
    ])
  })

  it('reports a client as changed that was renamed during the write', async () => {
    const find = keycloak.findClient.bind(keycloak)
    keycloak.findClient = async (clientId) => (puts().length > 0 ? undefined : find(clientId))
    const ran = await configure('shop --revoke-offline --json -y')
    expect([ran.code, summaries(ran)]).toEqual([EXIT.ok, ['shop changed ']])
    keycloak.operations.length = 0
    keycloak.clients = async () => []
    expect((await configure('shop --no-revoke-offline -y')).stdout).toContain(
      'The change was written, but the client no longer exists.',
    )
  })

  it('interrupted, reports the change in flight as not known and does not attempt the rest', async () => {
    const controller = new AbortController()
    const interrupted = new UserError('interrupted', 'Interrupted.', { exitCode: EXIT.interrupted })
    loseAnswers(interrupted)
    keycloak.on('updateClient', () => controller.abort('SIGINT'))
    keycloak.on('findClient', () => {
      if (controller.signal.aborted) throw interrupted
    })
    const ran = await configure('shop iot --revoke-offline --json -y', { signal: controller.signal })
    expect([ran.code, summaries(ran)]).toEqual([
      EXIT.interrupted,
      ['shop failed not-known', 'iot failed not-tried'],
    ])
    expect(ran.stdout).toContain('Not attempted: the run was interrupted.')
  })

  it('at all clients, exits with 1', async () => {
    failFor(['shop', 'iot'], new UserError('server-error', 'HTTP 500'))
    expect((await configure(line)).code).toBe(EXIT.failed)
  })

  it.each([
    ['a missing role', EXIT.denied, 'role-missing'],
    ['no connection', EXIT.unreachable, 'refused-connection'],
  ])('with %s at the first client, ends with that error', async (_, exitCode, code) => {
    failFor(['shop', 'iot'], new UserError(code, 'The reason.', { exitCode }))
    const ran = await configure(line)
    expect(ran.code).toBe(exitCode)
    expect(ran.json()).toMatchObject({ error: { code } })
  })

  it('with no connection later on, does not attempt the rest and exits with 3', async () => {
    keycloak.addClient({ clientId: 'third' })
    failFor(['iot'], new UserError('unreachable', 'No connection.', { exitCode: EXIT.unreachable }))
    const ran = await configure(`shop iot third --revoke-offline --json -y`)
    expect(ran.code).toBe(EXIT.partial)
    expect(summaries(ran)).toEqual(['shop changed ', 'iot failed not-written', 'third failed not-tried'])
  })

  it('in reading back, reports the change as written but not verified', async () => {
    let looks = 0
    keycloak.on('findClient', () => {
      if (++looks === 3) throw new UserError('unreachable', 'No connection.', { exitCode: EXIT.unreachable })
    })
    const ran = await configure(`shop --admin-url ${URL_A} --json -y`)
    expect(ran.code).toBe(EXIT.failed)
    expect(summaries(ran)).toEqual(['shop failed admin-url-only not-verified'])
  })
})
