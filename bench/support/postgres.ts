import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { keep } from '../../test/support/keycloak/keep.ts'
import { freePorts } from '../../test/support/keycloak/ports.ts'

const execute = promisify(execFile)
const DEBIAN = '/usr/lib/postgresql'
const USER = 'postgres'
const DATABASE = 'keycloak'
const READY_MS = 30_000

/** How to reach a running one. */
export interface PostgresAddress {
  readonly jdbcUrl: string
  readonly username: string
  readonly password: string
  /** The folder of its socket, and its port. */
  readonly sockets: string
  readonly port: number
  readonly pid: number
}

export interface Postgres {
  readonly version: string
  readonly address: PostgresAddress
  /** Runs SQL and returns what it printed, unaligned, a row a line. */
  sql(text: string): Promise<string>
  stop(): Promise<void>
}

/**
 * A PostgreSQL of its own: its data in a folder that goes with it, on a free port of loopback, its settings as
 * initdb leaves them (fsync on) but for the number of connections. It ends with `stop()`, and also when this process
 * ends in any other way. Debian's package has to be there (apt-get install postgresql). It refuses to run as root: then
 * it runs as the user postgres.
 * @param options.fsync false where nothing is measured: on a slow disk Keycloak's first start takes minutes with it
 */
export async function startPostgres({ fsync = true } = {}): Promise<Postgres> {
  const bin = await binaries()
  const folder = await mkdtemp(join(tmpdir(), 'kc-logout-postgres-'))
  const [data, sockets] = [join(folder, 'data'), join(folder, 'sockets')]
  const as = await whoMayRunIt([folder])
  await mkdir(sockets)
  if (as) await chown(sockets, as.uid, as.gid)
  await chmod(folder, 0o755)
  const command = (name: string, args: readonly string[]): [string, string[]] => {
    const whole = [join(bin, name), ...args]
    return as
      ? ['setpriv', [`--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups', '--', ...whole]]
      : [whole[0] ?? '', whole.slice(1)]
  }
  const [port] = await freePorts(1)
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HOME: folder }
  const options = { env, cwd: folder }
  await execute(
    ...command('initdb', ['-D', data, '-U', USER, '--auth=trust', '--encoding=UTF8', '--no-instructions']),
    options,
  )
  const [server, args] = command('postgres', [
    ...['-D', data, '-p', String(port), '-k', sockets],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'],
    ...(fsync ? [] : ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off']),
  ])
  const kept = await keep({
    command: server,
    args,
    cwd: folder,
    logFile: join(folder, 'postgres.log'),
    folder,
    env,
    graceMs: 5_000,
  })

  const address = {
    jdbcUrl: `jdbc:postgresql://127.0.0.1:${port}/${DATABASE}`,
    username: USER,
    password: 'trusted',
    sockets,
    port: port ?? 0,
    pid: kept.pid,
  }
  const deadline = Date.now() + READY_MS
  for (;;) {
    try {
      await psql(bin, address, 'postgres', `create database ${DATABASE}`)
      return { ...(await connectPostgres(address)), stop: kept.stop }
    } catch (error) {
      if (Date.now() > deadline || kept.ended() !== undefined) {
        await kept.stop()
        throw new Error('PostgreSQL did not start', { cause: error })
      }
      await sleep(200)
    }
  }
}

export async function connectPostgres(address: PostgresAddress): Promise<Omit<Postgres, 'stop'>> {
  const bin = await binaries()
  const sql = (text: string) => psql(bin, address, DATABASE, text)
  return { address, sql, version: (await sql('show server_version')).split(' ')[0] ?? '' }
}

async function psql(bin: string, { sockets, port }: PostgresAddress, database: string, text: string) {
  const flags = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1']
  const where = ['-h', sockets, '-p', String(port), '-U', USER, '-d', database, '-c', text]
  const { stdout } = await execute(join(bin, 'psql'), [...flags, ...where], { maxBuffer: 64 * 1024 * 1024 })
  return stdout.trim()
}

async function binaries(): Promise<string> {
  const versions = await readdir(DEBIAN).catch(() => [])
  const newest = versions.sort((a, b) => Number(a) - Number(b)).at(-1)
  if (newest === undefined) throw new Error(`There is no PostgreSQL in ${DEBIAN}: apt-get install postgresql`)
  return join(DEBIAN, newest, 'bin')
}

/** The ids to run it with, undefined where this process may run it itself; the folders are given to them. */
async function whoMayRunIt(folders: readonly string[]): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const id = async (flag: string) => Number((await execute('id', [flag, USER])).stdout)
  const [uid, gid] = [await id('-u'), await id('-g')]
  for (const each of folders) await chown(each, uid, gid)
  return { uid, gid }
}
