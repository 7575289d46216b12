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

interface Asked extends DeviceCode {
  readonly deviceCode: string
  /** Seconds between two questions. */
  readonly interval: number
}

type Client = Extract<RevealedCredentials, { kind: 'client' }>
type Deps = AccessTokenDeps & { readonly signal: AbortSignal }

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
/** RFC 8628 (3.5): by so many seconds the pause grows when the server asks for it. */
const SLOWER = 5

/**
 * Signs in by a code that somebody confirms in a browser, on whatever device (RFC 8628): no password is typed here,
 * and whatever the realm asks for at a sign-in is asked there. Waits until it is confirmed, refused or too late.
 */
export async function deviceToken(
  client: Client,
  deps: Deps,
  show: (code: DeviceCode) => void,
): Promise<Extract<TokenAnswer, { kind: 'token' }>> {
  const asked = await askForCode(client, deps)
  show(asked)
  const until = deps.monotonic() + asked.expiresIn * 1000
  let pause = asked.interval
  for (;;) {
    await deps.sleep(pause * 1000)
    if (deps.signal.aborted) throw interrupted()
    if (deps.monotonic() >= until) throw tooLate()
    const answer = await requestToken({ grant_type: GRANT, device_code: asked.deviceCode }, client, deps)
    if (answer.kind === 'token') return answer
    switch (answer.error) {
      case 'authorization_pending':
        break
      case 'slow_down':
        pause += SLOWER
        break
      case 'expired_token':
        throw tooLate()
      case 'access_denied':
        throw new UserError('sign-in-denied', 'The sign-in was refused in the browser.', {
          exitCode: EXIT.denied,
          hint: 'When it was not you who refused: kc-logout login --device',
        })
      default:
        throw signInFailure(answer, client, deps.loginRealm)
    }
  }
}

async function askForCode(client: Client, deps: Deps): Promise<Asked> {
  const path = '/realms/{realm}/protocol/openid-connect/auth/device'
  const read = (answer: HttpAnswer) => readCode(answer, deps.server.origin)
  const answer = await requestAs(path, { scope: 'openid' }, client, deps, read)
  if (answer.kind === 'code') return answer
  throw notAllowed(answer, client, deps.loginRealm)
}

function readCode(answer: HttpAnswer, origin: string): (Asked & { kind: 'code' }) | Refused {
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
    // RFC 8628 (3.2): 5 where nothing is said. Never without a pause.
    interval: Math.max(1, optionalNumber(document.interval) ?? SLOWER),
  }
}

/** A person types a password there: it has to be a web page, and is named as it is. */
function trusted(url: string, origin: string): string {
  const scheme = URL.canParse(url) ? new URL(url).protocol : ''
  if (scheme === 'https:' || (scheme === 'http:' && new URL(origin).protocol === 'http:')) return url
  throw badAnswer('a device code', 'one whose page is no https URL')
}

function notAllowed({ error, description }: Refused, client: Client, loginRealm: string): UserError {
  const said = description ?? error
  const who = `client ${client.clientId} of realm ${loginRealm}`
  return new UserError('device-not-allowed', `Keycloak gives ${who} no device code: "${said}".`, {
    exitCode: EXIT.denied,
    hint: /flow is disabled/i.test(said)
      ? 'Name a client with the device grant, --client-id kc-logout; docs/reference/login.md ("Sign-in by device") creates one.'
      : `Check --client-id and --login-realm (${loginRealm}).`,
  })
}

const tooLate = () =>
  new UserError('code-expired', 'Nobody confirmed the code in time.', {
    exitCode: EXIT.denied,
    hint: 'For another code: kc-logout login --device',
  })

const interrupted = () =>
  new UserError('interrupted', 'Interrupted; nobody was signed in.', { exitCode: EXIT.interrupted })
