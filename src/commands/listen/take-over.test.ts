import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandLine } from '../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../test/support/fake-keycloak.ts'
import { send } from '../../../test/support/http.ts'
import { failedRules, lines, listening, until } from '../../../test/support/listening.ts'
import { adminActionClaims, logoutToken, signedToken } from '../../../test/support/tokens.ts'
import { EXIT, UserError } from '../../errors.ts'

const world = listening()
const { listen } = world

describe('listen --take-over', () => {
  const APP = 'https://shop.example.com'
  const seed = (changes = {}) =>
    world.keycloak.addClient({
      clientId: 'shop',
      backchannelLogoutUrl: `${APP}/bc`,
      backchannelLogoutSessionRequired: true,
      ...changes,
    })
  const shop = async () => {
    const client = await world.keycloak.findClient('shop')
    return (
      client && { bc: client.backchannelLogoutUrl, admin: client.adminUrl, front: client.frontchannelLogout }
    )
  }
  const files = async () => (await readdir(world.folder)).filter((name) => name.startsWith('takeover-'))

  it('asks, points both URLs here, forwards, and restores on Ctrl-C', async () => {
    const app = await world.receiver()
    seed({ backchannelLogoutUrl: `${app.url}/bc`, adminUrl: `${app.url}/adm`, frontchannelLogout: true })
    const { url, post, stop } = await listen(['--take-over', 'shop'], { agrees: true })
    await until(async () => (await shop())?.front === false)
    expect(await shop()).toEqual({
      bc: `${url}/kc-logout-listen/backchannel`,
      admin: `${url}/kc-logout-listen/admin`,
      front: false,
    })
    expect((await stat(join(world.folder, (await files())[0] ?? ''))).mode & 0o777).toBe(0o600)

    expect((await post(await logoutToken(), {}, '/kc-logout-listen/backchannel')).status).toBe(200)
    await send('POST', `${url}/kc-logout-listen/admin/k_logout`, {
      body: await signedToken({ payload: adminActionClaims() }),
    })
    expect(app.requests.map(({ path }) => path)).toEqual(['/bc', '/adm/k_logout'])

    const { code, asked, stderr } = await stop()
    expect([code, asked]).toEqual([EXIT.interrupted, ['Take over client shop while this runs?']])
    expect(await shop()).toEqual({ bc: `${app.url}/bc`, admin: `${app.url}/adm`, front: true })
    expect(await files()).toEqual([])
    expect(stderr.indexOf('kc-logout listen --restore')).toBeLessThan(stderr.indexOf('backchannelLogoutUrl:'))
    expect(stderr).toContain(
      `kc-logout configure shop -r customers --server https://keycloak.test --backchannel-url ${app.url}/bc --admin-url ${app.url}/adm`,
    )
    expect(stderr).toMatch(/restored shop: backchannelLogoutUrl, adminUrl, frontchannelLogout\n/)
  })

  it('verifies tokens by the settings of the client', async () => {
    seed()
    const { post, ran } = await listen([
      '--take-over',
      'shop',
      '--yes',
      '--count',
      '1',
      '--respond',
      '200',
      '--json',
    ])
    await until(async () => (await shop())?.bc?.includes('kc-logout-listen') ?? false)
    await post(await logoutToken({ aud: 'other', sid: undefined }))
    expect(failedRules(lines(await ran)[0])).toEqual(['L08', 'L21'])
    expect((await shop())?.bc).toBe(`${APP}/bc`)
  })

  it('changes nothing when declined or without a terminal', async () => {
    seed()
    for (const world of [{ agrees: false }, {}]) {
      const { ran } = await listen(['--take-over', 'shop'], world)
      expect((await ran).code).toBe(EXIT.declined)
    }
    expect(world.keycloak.operations).toEqual([])
    expect(await files()).toEqual([])
  })

  it('refuses a second takeover, even if the first one was made on another machine', async () => {
    seed({ backchannelLogoutUrl: 'http://elsewhere:4711/kc-logout-listen/backchannel' })
    const { ran } = await listen(['--take-over', 'shop', '--yes'])
    const { code, stderr } = await ran
    expect([code, stderr]).toEqual([
      EXIT.usage,
      expect.stringContaining('already taken over, perhaps from another machine'),
    ])
    expect(world.keycloak.operations).toEqual([])
  })

  it.each([
    ['an unknown client', ['--take-over', 'nobody', '--yes'], EXIT.notFound],
    [
      'an address that Keycloak cannot reach',
      ['--take-over', 'shop', '--yes', '--host', '0.0.0.0'],
      EXIT.usage,
    ],
  ])('refuses %s', async (_, args, code) => {
    seed()
    expect((await (await listen(args)).ran).code).toBe(code)
    expect(world.keycloak.operations).toEqual([])
  })

  it('leaves fields alone that were changed by someone else', async () => {
    const client = seed({ adminUrl: `${APP}/adm` })
    const { stop } = await listen(['--take-over', 'shop', '--yes'])
    await until(async () => (await shop())?.bc?.includes('kc-logout-listen') ?? false)
    await world.keycloak.updateClient(client.id, {
      adminUrl: 'https://new.example.com',
      frontchannelLogout: false,
    })
    const { stderr } = await stop()
    expect(await shop()).toEqual({ bc: `${APP}/bc`, admin: 'https://new.example.com', front: false })
    expect(stderr).toContain('left alone shop: adminUrl (changed by someone else in the meantime)')
  })

  it('keeps the front channel off if it would silence a new URL, with a warning', async () => {
    const { id } = seed({ frontchannelLogout: true })
    const { stop } = await listen(['--take-over', 'shop', '--yes'])
    await until(async () => (await shop())?.bc?.includes('kc-logout-listen') ?? false)
    const mine = { backchannelLogoutUrl: 'https://new.example.com/bc', frontchannelLogout: false }
    await world.keycloak.updateClient(id, mine)
    const { stderr } = await stop()
    expect(await shop()).toMatchObject({ bc: 'https://new.example.com/bc', front: false })
    expect(stderr).toContain('The front channel logout of shop stays off: with it on')
    expect(stderr).toContain(`  kcadm.sh update clients/${id} -r customers -s frontchannelLogout=true`)
    expect(await files()).toEqual([])
  })

  it('prints the commands to restore by hand if restoring fails', async () => {
    seed()
    const { stop } = await listen(['--take-over', 'shop', '--yes'])
    await until(async () => (await shop())?.bc?.includes('kc-logout-listen') ?? false)
    world.keycloak.on('updateClient', () => {
      throw new UserError('refused', 'Keycloak is gone.')
    })
    const { stderr, code } = await stop()
    // Even after Ctrl-C: exit 130 would hide that the client is still changed.
    expect(code).toBe(EXIT.partial)
    expect(stderr).toContain('Client shop was NOT restored: Keycloak is gone.')
    expect(stderr).toContain(`--backchannel-url ${APP}/bc`)
    expect(await files()).toHaveLength(1)
  })

  it('exits with 3 and reports both errors if it could neither take over nor restore', async () => {
    seed()
    let writes = 0
    world.keycloak.on('updateClient', () => {
      if (++writes > 1) throw new UserError('refused', 'Keycloak is gone.')
    })
    // The first write succeeds, but cannot be read back.
    world.keycloak.on('findClient', () => {
      if (writes === 1) throw new UserError('unreachable', 'Keycloak does not answer.')
    })
    const { ran } = await listen(['--take-over', 'shop', '--yes'])
    const { code, stderr } = await ran
    expect(code).toBe(EXIT.partial)
    expect(stderr).toContain('Client shop was NOT restored: Keycloak does not answer.')
    expect(stderr).toContain('Client shop could not be taken over')
  })

  it('restores and stores nothing if it failed before the write', async () => {
    seed()
    world.keycloak.on('rawClient', () => {
      throw new UserError('unreachable', 'Keycloak does not answer.', { exitCode: EXIT.unreachable })
    })
    const { code, stderr } = await (await listen(['--take-over', 'shop', '--yes'])).ran
    expect(code).toBe(EXIT.unreachable)
    expect(stderr).not.toContain('NOT restored')
    expect([world.keycloak.operations, await files()]).toEqual([[], []])
  })

  describe('after a crash', () => {
    /** Leaves a file and settings like those of a crashed listener. */
    async function crash(pid = 999, clientId = 'shop') {
      const client = seed({ clientId })
      const before = await files()
      const url = async () => (await world.keycloak.findClient(clientId))?.backchannelLogoutUrl ?? ''
      // Earlier ones count as running, so that they are not restored.
      const { stop } = await listen(['--take-over', clientId, '--yes'], { running: [1, 999] })
      await until(
        async () =>
          (await files()).length === before.length + 1 && (await url()).includes('kc-logout-listen'),
      )
      const name = (await files()).find((each) => !before.includes(each)) ?? ''
      const state = JSON.parse(await readFile(join(world.folder, name), 'utf8'))
      const left = await url()
      await stop()
      await world.keycloak.updateClient(client.id, { backchannelLogoutUrl: left, frontchannelLogout: false })
      await writeFile(join(world.folder, name), JSON.stringify({ ...state, pid }))
    }

    it('listen --restore restores the client', async () => {
      await crash()
      const ran = await commandLine(world.keycloak, { stateFolder: world.folder })(
        'listen',
        '--restore',
        '--json',
      )
      expect([ran.code, ran.json()]).toEqual([
        EXIT.ok,
        {
          schemaVersion: 1,
          restored: [{ clientId: 'shop', restored: ['backchannelLogoutUrl'], left: [], gone: false }],
          failed: [],
          elsewhere: [],
        },
      ])
      expect((await shop())?.bc).toBe(`${APP}/bc`)
      expect(await files()).toEqual([])
      expect(
        (await commandLine(world.keycloak, { stateFolder: world.folder })('listen', '--restore')).stdout,
      ).toBe('No client is taken over.\n')
    })

    /** Two clients are left over; restoring the first one fails. Which one is first depends on the names of the files. */
    async function crashTwice() {
      await crash(999, 'shop')
      await crash(998, 'wiki')
      let isFirst = true
      world.keycloak.on('updateClient', () => {
        if (!isFirst) return
        isFirst = false
        throw new UserError('refused', 'Keycloak says no.')
      })
    }
    const urls = async () =>
      (await world.keycloak.clients()).flatMap(({ backchannelLogoutUrl: url }) =>
        url === undefined ? [] : [url],
      )

    it('listen --restore continues after a failure, reports all, and exits with 3', async () => {
      await crashTwice()
      const ran = await commandLine(world.keycloak, { stateFolder: world.folder })(
        'listen',
        '--restore',
        '--json',
      )
      const { restored, failed: left } = ran.json<Record<string, { clientId: string }[]>>()
      expect([ran.code, restored?.length, left]).toEqual([
        EXIT.partial,
        1,
        [{ clientId: expect.any(String), error: expect.objectContaining({ message: 'Keycloak says no.' }) }],
      ])
      expect((await urls()).filter((url) => url === `${APP}/bc`)).toHaveLength(1)
      expect(ran.stderr).toContain(`Client ${left?.[0]?.clientId} was NOT restored: Keycloak says no.`)
      expect(ran.stderr).toContain(`kc-logout configure ${left?.[0]?.clientId} `)
      expect(await files()).toHaveLength(1)
    })

    it('listen --restore exits with 3 if a client of another realm is left over', async () => {
      await crash()
      const other = new FakeKeycloak({ realm: 'other' })
      const ran = await commandLine(other, { stateFolder: world.folder })('listen', '--restore', '--json')
      expect([ran.code, ran.json()]).toEqual([
        EXIT.partial,
        {
          schemaVersion: 1,
          restored: [],
          failed: [],
          elsewhere: [{ clientId: 'shop', realm: 'customers', server: 'https://keycloak.test' }],
        },
      ])
      expect(ran.stderr).toContain('was not restored: it is in realm customers')
      expect(await files()).toHaveLength(1)
    })

    it('listen --restore warns if the listener still seems to run', async () => {
      await crash(77)
      const restore = (running: number[]) =>
        commandLine(world.keycloak, { stateFolder: world.folder, running })('listen', '--restore')
      expect((await restore([1, 77])).stderr).toContain(
        'Process 77, which took shop over, still seems to run.',
      )
      await crash(77)
      expect((await restore([1])).stderr).not.toContain('seems to run')
    })

    it('the next start continues after a failure and exits with 3', async () => {
      await crashTwice()
      seed({ clientId: 'desk' })
      const { post, ran } = await listen(['--take-over', 'desk', '--yes', '--count', '1', '--respond', '200'])
      const taken = async () => (await world.keycloak.findClient('desk'))?.backchannelLogoutUrl
      await until(async () => (await taken())?.includes('kc-logout-listen') ?? false)
      await post(await logoutToken())
      const { code, stderr } = await ran
      expect(code).toBe(EXIT.partial)
      expect(stderr).toContain('was NOT restored: Keycloak says no.')
      expect((await urls()).filter((url) => url === `${APP}/bc`)).toHaveLength(2)
    })

    it('the next start restores first and then takes over again', async () => {
      await crash()
      const { stop } = await listen(['--take-over', 'shop', '--yes'])
      await until(async () => world.keycloak.operations.length >= 5)
      const { stderr } = await stop()
      expect(stderr).toContain('restored shop (left over from an earlier listener): backchannelLogoutUrl')
      expect((await shop())?.bc).toBe(`${APP}/bc`)
    })

    it('a client is refused whose listener still runs', async () => {
      await crash(77)
      const { ran } = await listen(['--take-over', 'shop', '--yes'], { running: [1, 77] })
      expect(await ran).toMatchObject({
        code: EXIT.usage,
        stderr: expect.stringContaining('already taken over by process 77'),
      })
    })

    it('a start without a client warns about what is left over', async () => {
      await crash()
      const { stop } = await listen()
      expect((await stop()).stderr).toContain('kc-logout listen --restore')
    })
  })
})
