import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureOk } from '../../../bench/support/measure.ts'
import type { Effort, Scene } from './side.ts'

interface ClientSettings {
  readonly clientId: string
  readonly enabled: boolean
  readonly adminUrl?: string
  readonly frontchannelLogout: boolean
  readonly attributes?: Readonly<Record<string, string>>
}

const signIn = (server: string, { username, password }: Scene['keycloak']['admin']) => [
  ...['config', 'credentials', '--server', server, '--realm', 'master'],
  ...['--user', username, '--password', password],
]

/** kcadm's output for the question who is signed in where. */
export async function askKcadm(program: string, { keycloak, realm }: Pick<Scene, 'keycloak' | 'realm'>) {
  const home = await mkdtemp(join(tmpdir(), 'kc-logout-kcadm-'))
  const run = (...args: string[]) => measureOk([program, ...args, '--config', join(home, 'kcadm.config')])
  try {
    await run(...signIn(keycloak.url, keycloak.admin))
    return (await run('get', 'client-session-stats', '-r', realm)).stdout
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** kcadm.sh, used by someone who knows the admin API, starting signed out. */
export async function byKcadm(program: string, { keycloak, proxy, realm, username }: Scene): Promise<Effort> {
  const home = await mkdtemp(join(tmpdir(), 'kc-logout-kcadm-'))
  const done: string[] = []
  let seconds = 0
  let cpuSeconds = 0
  const kcadm = async (...args: string[]): Promise<string> => {
    done.push(`kcadm.sh ${args.join(' ').replaceAll(proxy.url, 'https://keycloak.example.com')}`)
    const config = ['--config', join(home, 'kcadm.config')]
    const { stdout, wall, cpu } = await measureOk([program, ...args, ...config])
    seconds += wall
    cpuSeconds += cpu
    return stdout
  }
  try {
    proxy.clear()
    await kcadm(...signIn(proxy.url, keycloak.admin))
    const [user] = JSON.parse(
      await kcadm(
        'get',
        'users',
        '-r',
        realm,
        '-q',
        `username=${username}`,
        '-q',
        'exact=true',
        '--fields',
        'id',
      ),
    ) as { id: string }[]
    if (!user) throw new Error(`kcadm does not find ${username}`)
    const sessions = `users/${user.id}/sessions`
    const before = JSON.parse(await kcadm('get', sessions, '-r', realm)) as {
      clients: Record<string, string>
    }[]
    await kcadm('create', `users/${user.id}/logout`, '-r', realm)
    const after = JSON.parse(await kcadm('get', sessions, '-r', realm)) as unknown[]
    if (after.length > 0) throw new Error('Sessions are left after kcadm')
    const fields = 'clientId,enabled,adminUrl,frontchannelLogout,attributes(*)'
    const clients = JSON.parse(
      await kcadm('get', 'clients', '-r', realm, '--fields', fields),
    ) as ClientSettings[]

    const affected = new Set(before.flatMap((session) => Object.values(session.clients)))
    const says = Object.fromEntries(
      clients
        .filter(({ clientId }) => affected.has(clientId))
        .map((client) => [client.clientId, settingsOf(client)]),
    )
    return { done, requests: proxy.requests.length, seconds, cpu: cpuSeconds, says }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** Logout settings of a client as kcadm shows them; how they interact is up to the reader. */
function settingsOf({ adminUrl, frontchannelLogout, attributes = {} }: ClientSettings): string {
  const url = attributes['backchannel.logout.url']
  return (
    [
      ...(frontchannelLogout ? ['frontchannelLogout'] : []),
      ...(url ? ['backchannel.logout.url'] : []),
      ...(adminUrl ? ['adminUrl'] : []),
    ]
      .map((name) => `\`${name}\``)
      .join(', ') || 'no URL'
  )
}
