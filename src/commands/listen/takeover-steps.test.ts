import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testContext } from '../../../test/support/context.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import type { Client } from '../../core/model.ts'
import { EXIT, UserError } from '../../errors.ts'
import { planTakeover, restore, takeOver } from './takeover-steps.ts'
import { openTakeoverStore, type TakeoverStore } from './takeover-store.ts'

const LISTENER = 'http://127.0.0.1:4711'

let folder: string
let keycloak: FakeKeycloak
let store: TakeoverStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-test-'))
  keycloak = new FakeKeycloak()
  store = openTakeoverStore(testContext(keycloak, { stateFolder: folder }).ctx.host)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A client that a listener has taken over, and the stored takeover. */
async function taken(changes: Partial<Client> = {}, clientId = 'shop') {
  const seed = { clientId, backchannelLogoutUrl: 'https://shop.test/bc', ...changes }
  const client = keycloak.addClient(seed)
  const { ctx } = testContext(keycloak, { stateFolder: folder })
  const planned = await planTakeover(clientId, LISTENER, keycloak, store, ctx)
  await takeOver(planned, keycloak, store, () => {})
  /** The client as it is now. */
  const now = async () => (await keycloak.clients()).find(({ id }) => id === client.id) as Client
  /** Someone else changes these settings. */
  const meanwhile = async (to: Partial<Client>) => keycloak.addClient({ ...(await now()), ...to })
  return { client, takeover: planned.takeover, meanwhile, now }
}

describe('restoring', () => {
  it('finds a renamed client by its internal id', async () => {
    const { takeover, meanwhile, now } = await taken()
    await meanwhile({ clientId: 'shop-new' })
    expect(await restore(takeover, keycloak, store)).toEqual({
      clientId: 'shop',
      restored: ['backchannelLogoutUrl'],
      left: [],
      gone: false,
      renamedTo: 'shop-new',
    })
    expect((await now()).backchannelLogoutUrl).toBe('https://shop.test/bc')
    expect(await store.list()).toEqual([])
  })

  it('leaves another client alone that got the name in the meantime', async () => {
    const { takeover, meanwhile, now } = await taken()
    await meanwhile({ clientId: 'shop-old' })
    const url = `${LISTENER}/kc-logout-listen/backchannel`
    keycloak.addClient({ clientId: 'shop', backchannelLogoutUrl: url })
    await restore(takeover, keycloak, store)
    expect((await now()).backchannelLogoutUrl).toBe('https://shop.test/bc')
    expect((await keycloak.findClient('shop'))?.backchannelLogoutUrl).toBe(url)
  })

  it('deletes the stored settings if Keycloak says that there is no such client', async () => {
    const { takeover } = await taken()
    keycloak.on('rawClient', () => {
      throw new UserError('client-not-found', 'There is no such client.', { exitCode: EXIT.notFound })
    })
    expect(await restore(takeover, keycloak, store)).toMatchObject({ gone: true })
    expect(await store.list()).toEqual([])
  })

  it.each([
    ["a proxy's own 404", 'rawClient', new UserError('not-found', 'HTTP 404', { exitCode: EXIT.notFound })],
    ['a missing role', 'rawClient', new UserError('forbidden', 'HTTP 403', { exitCode: EXIT.denied })],
    ['no answer', 'updateClient', new UserError('unreachable', 'Gone.', { exitCode: EXIT.unreachable })],
  ] as const)('keeps the stored settings after %s', async (_, method, error) => {
    const { takeover } = await taken()
    keycloak.on(method, () => {
      throw error
    })
    await expect(restore(takeover, keycloak, store)).rejects.toBe(error)
    expect(await store.list()).toHaveLength(1)
  })

  it('fails if Keycloak confirms the write without making it', async () => {
    const { takeover } = await taken()
    keycloak.updateClient = async () => {}
    await expect(restore(takeover, keycloak, store)).rejects.toMatchObject({
      code: 'not-restored',
      message: 'Client shop still has backchannelLogoutUrl of the listener.',
    })
    expect(await store.list()).toHaveLength(1)
  })

  it('writes nothing if the client is renamed at that moment', async () => {
    const { takeover, meanwhile } = await taken()
    keycloak.on('rawClient', async () => {
      keycloak.on('rawClient', () => undefined)
      keycloak.on('findClient', async () => {
        await meanwhile({ clientId: 'shop-new' })
        keycloak.addClient({ clientId: 'shop' })
      })
    })
    const before = keycloak.operations.length
    await expect(restore(takeover, keycloak, store)).rejects.toMatchObject({ code: 'not-restored' })
    expect(keycloak.operations).toHaveLength(before)
    expect(await store.list()).toHaveLength(1)
  })
})

it('a client that was renamed during a takeover is not taken over again', async () => {
  const { meanwhile } = await taken()
  await meanwhile({ clientId: 'shop-new', backchannelLogoutUrl: 'https://shop.test/other' })
  const { ctx } = testContext(keycloak, { stateFolder: folder })
  await expect(planTakeover('shop-new', LISTENER, keycloak, store, ctx)).rejects.toMatchObject({
    code: 'taken-over',
  })
})

it('a client with the name of a taken-over client is not taken over', async () => {
  const { meanwhile } = await taken()
  await meanwhile({ clientId: 'shop-old' })
  keycloak.addClient({ clientId: 'shop' })
  const { ctx } = testContext(keycloak, { stateFolder: folder })
  await expect(planTakeover('shop', LISTENER, keycloak, store, ctx)).rejects.toMatchObject({
    code: 'taken-over',
  })
})
