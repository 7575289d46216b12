import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { LOGOUT_EVENT } from '../../../token/kind.ts'

/** Whom a forged token seems to be for. */
export interface ForgedFor {
  readonly issuer: string
  readonly clientId: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

let privateKey: ReturnType<typeof generateKeyPairSync>['privateKey'] | undefined

/**
 * A logout token that no application may accept: correct except for its signature, made with a key that is generated for
 * it and not kept. Its subject and session cannot exist, so an application that accepts it logs nobody out. Their names
 * tell readers of a log what they are.
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
