import { EXIT, UserError, usageError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { readPrivate } from '../files/private-file.ts'

/** A sign-in stored by kcadm. Never written: kcadm locks its file in a way that Node cannot. */
export interface KcadmSignIn {
  readonly server: string
  readonly loginRealm: string
  readonly clientId: string
  readonly token: string
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly expiresAt: number
  /** How long kcadm can renew it; undefined where it cannot. */
  readonly renewableUntil: number | undefined
}

/** A token that expires sooner counts as expired, in milliseconds. */
const LEAST_LIFE = 5000

/**
 * kcadm's last sign-in, or its sign-in at the given server and realm.
 * @throws {UserError} `no-kcadm` (4), `unsafe-secret-file` (4), `bad-kcadm` (2)
 */
export async function readKcadm(
  path: string,
  wanted?: { readonly server: string; readonly loginRealm: string },
): Promise<KcadmSignIn> {
  const text = await readPrivate(path)
  if (text === undefined) throw noSignIn(`${path} does not exist.`)
  const config = parsed(text, path)
  const loginRealm = wanted?.loginRealm ?? textOf(config.realm)
  const current = wanted?.server ?? textOf(config.serverUrl)
  if (loginRealm === undefined || current === undefined) throw noSignIn(`kcadm is not signed in (${path}).`)
  const endpoints = recordOf(config.endpoints)
  const server = Object.keys(endpoints).find((url) => sameServer(url, current))
  const entry = recordOf(server === undefined ? undefined : recordOf(endpoints[server])[loginRealm])
  const token = textOf(entry.token)
  if (server === undefined || token === undefined)
    throw noSignIn(`kcadm is not signed in to realm ${loginRealm} at ${current}.`, {
      server: current,
      loginRealm,
    })
  return {
    server,
    loginRealm,
    clientId: textOf(entry.clientId) ?? 'admin-cli',
    token,
    expiresAt: timeOf(entry.expiresAt) ?? 0,
    renewableUntil: textOf(entry.refreshToken) === undefined ? undefined : timeOf(entry.refreshExpiresAt),
  }
}

/** kcadm's access token. @throws {UserError} `kcadm-expired` (4) with the command that renews it */
export function livingToken(signIn: KcadmSignIn, now: number): string {
  if (signIn.expiresAt - now > LEAST_LIFE) return signIn.token
  const renewable = signIn.renewableUntil !== undefined && signIn.renewableUntil - now > LEAST_LIFE
  throw new UserError('kcadm-expired', `kcadm's access token for ${signIn.server} has expired.`, {
    exitCode: EXIT.denied,
    hint: renewable
      ? `kcadm renews it: kcadm.sh get realms/${signIn.loginRealm} --fields realm`
      : `${credentialsCommand(signIn)}; or sign in here: kc-logout login`,
  })
}

const credentialsCommand = ({ server, loginRealm }: { server: string; loginRealm: string }) =>
  `kcadm.sh config credentials --server ${server} --realm ${loginRealm} --user NAME`

const noSignIn = (message: string, where = { server: 'URL', loginRealm: 'master' }) =>
  new UserError('no-kcadm', message, { exitCode: EXIT.denied, hint: credentialsCommand(where) })

function sameServer(a: string, b: string): boolean {
  if (!URL.canParse(a) || !URL.canParse(b)) return false
  const [one, other] = [new URL(a), new URL(b)]
  const path = (url: URL) => url.pathname.replace(/\/+$/, '').replace(/\/auth$/, '')
  return one.origin === other.origin && path(one) === path(other)
}

function parsed(text: string, path: string): Record<string, unknown> {
  try {
    return recordOf(JSON.parse(text))
  } catch {
    throw usageError(
      'bad-kcadm',
      `${path} is not a configuration file of kcadm.`,
      'Give the right file: --from-kcadm FILE.',
    )
  }
}

const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})
const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
/** Milliseconds since the epoch that a date can hold. */
const timeOf = (value: unknown) =>
  typeof value === 'number' && value > 0 && !Number.isNaN(new Date(value).getTime()) ? value : undefined
