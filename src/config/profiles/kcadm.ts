import { EXIT, UserError, usageError } from '../../errors.ts'
import { readPrivate } from '../files/private-file.ts'

/** A sign-in that kcadm keeps. Read, never written: kcadm locks its file in a way that Node cannot. */
export interface KcadmSignIn {
  readonly server: string
  readonly loginRealm: string
  readonly clientId: string
  readonly token: string
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly expiresAt: number
  /** Until when kcadm itself can renew it; undefined where it cannot. */
  readonly renewableUntil: number | undefined
}

/** A token with less life left than this is not worth beginning with. */
const LEAST_LIFE = 5000

/**
 * What kcadm signed in to last, or at the server and realm that are named.
 * @throws {UserError} `no-kcadm` (4), `unsafe-secret-file` (4), `bad-kcadm` (2)
 */
export async function readKcadm(
  path: string,
  wanted?: { readonly server: string; readonly loginRealm: string },
): Promise<KcadmSignIn> {
  const text = await readPrivate(path)
  if (text === undefined) throw none(`There is no ${path}.`)
  const config = parsed(text, path)
  const loginRealm = wanted?.loginRealm ?? textOf(config.realm)
  const current = wanted?.server ?? textOf(config.serverUrl)
  if (loginRealm === undefined || current === undefined) throw none(`kcadm is not signed in (${path}).`)
  const endpoints = recordOf(config.endpoints)
  const server = Object.keys(endpoints).find((url) => sameServer(url, current))
  const entry = recordOf(server === undefined ? undefined : recordOf(endpoints[server])[loginRealm])
  const token = textOf(entry.token)
  if (server === undefined || token === undefined)
    throw none(`kcadm is not signed in to realm ${loginRealm} at ${current}.`, {
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

/** Its access token, while that lives. @throws {UserError} `kcadm-expired` (4), which says how to renew it */
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

const none = (message: string, where = { server: 'URL', loginRealm: 'master' }) =>
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
      `${path} is not what kcadm writes.`,
      'Give the file with --from-kcadm FILE.',
    )
  }
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
/** Milliseconds since the epoch of which a date can be made. */
const timeOf = (value: unknown) =>
  typeof value === 'number' && value > 0 && !Number.isNaN(new Date(value).getTime()) ? value : undefined
