import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { LOGOUT_EVENT } from '../../../token/kind.ts'

export interface ForgedFor {
  readonly issuer: string
  readonly clientId: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

let privateKey: ReturnType<typeof generateKeyPairSync>['privateKey'] | undefined

/**
 * A logout token that no application may accept: right in every respect but its signature, which is by a key that was
 * made for it and is never kept. Subject and session cannot exist, so even one that accepts it logs nobody out.
 * Both say what they are, for whoever finds them in a log.
 */
export function forgedLogoutToken({ issuer, clientId, now }: ForgedFor): string {
  privateKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const iat = Math.floor(now / 1000)
  const marker = `kc-logout-doctor-probe-${randomUUID()}`
  const header = { alg: 'RS256', typ: 'logout+jwt', kid: 'kc-logout-doctor-forged' }
  const payload = {
    iat,
    exp: iat + 120,
    jti: marker,
    iss: issuer,
    aud: clientId,
    sub: marker,
    typ: 'Logout',
    sid: marker,
    events: { [LOGOUT_EVENT]: {} },
  }
  const body = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${body}.${sign('sha256', Buffer.from(body), privateKey).toString('base64url')}`
}
