import { readFile } from 'node:fs/promises'
import { adminOf } from '../../test/support/admin.ts'
import { send } from '../../test/support/http.ts'
import { startKeycloak } from '../../test/support/keycloak/server.ts'
import { DEFAULT_VERSION } from '../../test/support/keycloak/version.ts'
import { connectPostgres, type Postgres, type PostgresAddress, startPostgres } from './postgres.ts'

/** A Keycloak on a PostgreSQL, both of this run alone. */
export interface Rig {
  readonly keycloak: {
    readonly url: string
    readonly version: string
    readonly admin: { readonly username: string; readonly password: string }
    readonly logFile: string | undefined
    readonly pid: number
  }
  readonly postgres: Pick<Postgres, 'sql' | 'version' | 'address'>
  stop(): Promise<void>
}

/**
 * Starts both, Keycloak with these arguments besides and in its development mode, which for the admin API means: as in
 * production, on plain http.
 * KC_LOGOUT_BENCH_RIG may name a file with the addresses of a rig that is running already (`bench/rig.ts` starts one).
 */
export async function startRig(say: (line: string) => void, more: readonly string[] = []): Promise<Rig> {
  const running = process.env.KC_LOGOUT_BENCH_RIG
  if (running) return attach(running)
  say('starting PostgreSQL and Keycloak')
  const postgres = await startPostgres()
  try {
    const { jdbcUrl, username, password } = postgres.address
    const keycloak = await startKeycloak({
      version: DEFAULT_VERSION,
      log: say,
      args: [
        '--db=postgres',
        `--db-url=${jdbcUrl}`,
        `--db-username=${username}`,
        `--db-password=${password}`,
        ...more,
      ],
    })
    say(`Keycloak ${keycloak.version} on PostgreSQL ${postgres.version}`)
    const { pid } = keycloak
    if (pid === undefined) throw new Error('This Keycloak ran already: it is not on our PostgreSQL')
    return {
      keycloak: { ...keycloak, pid },
      postgres,
      async stop() {
        await keycloak.stop()
        await postgres.stop()
      },
    }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

async function attach(file: string): Promise<Rig> {
  const given: { keycloak: Rig['keycloak']; postgres: PostgresAddress } = JSON.parse(
    await readFile(file, 'utf8'),
  )
  const postgres = await connectPostgres(given.postgres)
  return { keycloak: given.keycloak, postgres, stop: async () => {} }
}

const BARE_CLIENT = 'bare-loop'

/** An access token that outlives every run, for the bare loop, which does not renew any. Of the same kind as admin-cli's. */
export async function longToken({ keycloak }: Rig): Promise<string> {
  const admin = adminOf(keycloak)
  const found = await admin.get<unknown[]>(`/master/clients?clientId=${BARE_CLIENT}`)
  if (found.length === 0)
    await admin.post('/master/clients', {
      clientId: BARE_CLIENT,
      publicClient: true,
      standardFlowEnabled: false,
      directAccessGrantsEnabled: true,
      attributes: {
        'access.token.lifespan': '36000',
        'client.use.lightweight.access.token.enabled': 'true',
      },
    })
  const answer = await send('POST', `${keycloak.url}/realms/master/protocol/openid-connect/token`, {
    form: { grant_type: 'password', client_id: BARE_CLIENT, ...keycloak.admin },
  })
  const { access_token } = answer.json<{ access_token?: string }>()
  if (!access_token) throw new Error(`no token for the bare loop: ${answer.text.slice(0, 200)}`)
  return access_token
}
