import type { DeviceCode } from '../../core/connection.ts'
import { EXIT, UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { badAnswer, optionalNumber, optionalText, parseJson } from '../http/json.ts'
import type { HttpAnswer } from '../http/messages.ts'
import type { AccessTokenDeps, RevealedCredentials } from './credentials.ts'
import {
  type Refused,
  refusal,
  requestAs,
  requestToken,
  signInFailure,
  type TokenAnswer,
} from './token-request.ts'

interface DeviceAuthorization extends DeviceCode {
  readonly deviceCode: string
  /** Seconds between two requests. */
  readonly interval: number
}

type Client = Extract<RevealedCredentials, { kind: 'client' }>
type Deps = AccessTokenDeps & { readonly signal: AbortSignal }

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
/** Seconds that the pause grows on `slow_down` (RFC 8628, 3.5). */
const SLOW_DOWN = 5
/** Seconds between two requests by default (RFC 8628, 3.2). */
const DEFAULT_INTERVAL = 5

/**
 * Signs in with a code that the user confirms in a browser on any device (RFC 8628): no password is typed here, and
 * the realm can require more factors there. Waits until the code is confirmed, refused or expired.
 * @throws {UserError} `code-expired`, `sign-in-denied`, `device-not-allowed` (4), `interrupted` (130)
 */
export async function deviceToken(
  client: Client,
  deps: Deps,
  show: (code: DeviceCode) => void,
): Promise<Extract<TokenAnswer, { kind: 'token' }>> {
  const authorization = await authorize(client, deps)
  show(authorization)
  const expiresAt = deps.monotonic() + authorization.expiresIn * 1000
  let pause = authorization.interval
  for (;;) {
    await deps.sleep(pause * 1000)
    if (deps.signal.aborted) throw interrupted()
    if (deps.monotonic() >= expiresAt) throw expired()
    const answer = await requestToken(
      { grant_type: GRANT, device_code: authorization.deviceCode },
      client,
      deps,
    )
    if (answer.kind === 'token') return answer
    switch (answer.error) {
      case 'authorization_pending':
        break
      case 'slow_down':
        pause += SLOW_DOWN
        break
      case 'expired_token':
        throw expired()
      case 'access_denied':
        throw new UserError('sign-in-denied', 'The sign-in was refused in the browser.', {
          exitCode: EXIT.denied,
          hint: 'If you did not refuse it: kc-logout login --device',
        })
      default:
        throw signInFailure(answer, client, deps.loginRealm)
    }
  }
}

async function authorize(client: Client, deps: Deps): Promise<DeviceAuthorization> {
  const path = '/realms/{realm}/protocol/openid-connect/auth/device'
  const read = (answer: HttpAnswer) => readCode(answer, deps.server.origin)
  const answer = await requestAs(path, { scope: 'openid' }, client, deps, read)
  if (answer.kind === 'code') return answer
  throw notAllowed(answer, client, deps.loginRealm)
}

function readCode(answer: HttpAnswer, origin: string): (DeviceAuthorization & { kind: 'code' }) | Refused {
  if (answer.status !== 200) return refusal(answer)
  const document = parseJson(answer.body)
  const deviceCode = isRecord(document) ? optionalText(document.device_code) : undefined
  const userCode = isRecord(document) ? optionalText(document.user_code) : undefined
  const url = isRecord(document) ? optionalText(document.verification_uri) : undefined
  if (!isRecord(document) || deviceCode === undefined || userCode === undefined || url === undefined)
    throw badAnswer('a device code', 'something else')
  const complete = optionalText(document.verification_uri_complete)
  return {
    kind: 'code',
    deviceCode,
    userCode,
    url: trusted(url, origin),
    completeUrl: complete === undefined ? undefined : trusted(complete, origin),
    expiresIn: optionalNumber(document.expires_in) ?? 600,
    // Never without a pause.
    interval: Math.max(1, optionalNumber(document.interval) ?? DEFAULT_INTERVAL),
  }
}

/** The user types a password there, so it must be an https URL (or http, like the server). */
function trusted(url: string, origin: string): string {
  const scheme = URL.canParse(url) ? new URL(url).protocol : ''
  if (scheme === 'https:' || (scheme === 'http:' && new URL(origin).protocol === 'http:')) return url
  throw badAnswer('a device code', 'one without an https URL')
}

function notAllowed({ error, description }: Refused, client: Client, loginRealm: string): UserError {
  const said = description ?? error
  const who = `client ${client.clientId} of realm ${loginRealm}`
  return new UserError('device-not-allowed', `Keycloak refuses a device code for ${who}: "${said}".`, {
    exitCode: EXIT.denied,
    hint: /flow is disabled/i.test(said)
      ? 'Name a client with the device grant, --client-id kc-logout; docs/reference/login.md ("Sign-in by device") creates one.'
      : `Check --client-id and --login-realm (${loginRealm}).`,
  })
}

const expired = () =>
  new UserError('code-expired', 'The code was not confirmed in time.', {
    exitCode: EXIT.denied,
    hint: 'For a new code: kc-logout login --device',
  })

const interrupted = () =>
  new UserError('interrupted', 'Interrupted; not signed in.', { exitCode: EXIT.interrupted })
