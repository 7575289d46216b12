import { EXIT, UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { httpFailure } from '../http/http-failures.ts'
import { badAnswer, optionalNumber, optionalText, parseJson } from '../http/json.ts'
import type { HttpAnswer } from '../http/messages.ts'
import { networkFailure } from '../http/network-failures.ts'
import { withRetries } from '../http/retry.ts'
import { assertionFor } from './client-key.ts'
import type { AccessTokenDeps, RevealedCredentials } from './credentials.ts'

export interface Refused {
  readonly kind: 'refused'
  readonly status: number
  readonly error: string
  readonly description: string | undefined
}

export type TokenAnswer =
  | {
      readonly kind: 'token'
      readonly accessToken: string
      /** Seconds. */
      readonly expiresIn: number
      readonly refreshToken: string | undefined
      /** Seconds; 0 where Keycloak sets no end. */
      readonly refreshExpiresIn: number | undefined
      readonly sessionState: string | undefined
      readonly idToken: string | undefined
    }
  | Refused

type SignIn = Exclude<RevealedCredentials, { kind: 'token' }>
type Deps = Pick<AccessTokenDeps, 'transport' | 'server' | 'loginRealm' | 'issuer' | 'sleep'>
type Form = Readonly<Record<string, string>>

const TOKEN = '/realms/{realm}/protocol/openid-connect/token'

/** One request to the token endpoint of the login realm; retried on 5xx. @throws {UserError} unless refused in OAuth's terms */
export const requestToken = (form: Form, credentials: SignIn, deps: Deps): Promise<TokenAnswer> =>
  requestAs(TOKEN, form, credentials, deps, read)

/**
 * One request of the client to an endpoint of the login realm, authenticated with its secret, a signed assertion, or
 * its TLS certificate.
 */
export async function requestAs<T>(
  path: string,
  form: Form,
  { clientId, clientSecret, clientKey }: SignIn,
  deps: Deps,
  read: (answer: HttpAnswer) => T | Refused,
): Promise<T | Refused> {
  if (clientKey !== undefined) {
    const signed = async () => ({
      ...form,
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertionFor(clientId, clientKey, deps.issuer, deps.server.origin),
    })
    return read(await post(path, signed, {}, deps))
  }
  if (clientSecret === undefined) {
    return read(await post(path, async () => ({ ...form, client_id: clientId }), {}, deps))
  }
  const basic = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`
  const authorization = `Basic ${Buffer.from(basic).toString('base64')}`
  const answer = read(await post(path, async () => form, { authorization }, deps))
  // Servers that do not decode the header (RFC 6749, 2.3.1) accept such a secret only in the body.
  if (isClientRefused(answer) && basic !== `${clientId}:${clientSecret}`) {
    const inBody = { ...form, client_id: clientId, client_secret: clientSecret }
    return read(await post(path, async () => inBody, {}, deps))
  }
  return answer
}

/** Keycloak says `unauthorized_client` for a wrong secret, and also for a grant that the client may not use. */
const isClientRefused = (answer: unknown): answer is Refused =>
  isRefused(answer) &&
  (answer.error === 'invalid_client' || /client credentials/i.test(answer.description ?? ''))

const isRefused = (answer: unknown): answer is Refused => isRecord(answer) && answer.kind === 'refused'

async function post(
  path: string,
  /** Built for each attempt: Keycloak accepts a signed assertion once. */
  form: () => Promise<Form>,
  headers: Record<string, string>,
  deps: Deps,
): Promise<HttpAnswer> {
  const send = async () =>
    deps.transport.request({
      method: 'POST',
      url: deps.server.url(path, { realm: ['realm', deps.loginRealm] }),
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(await form()).toString(),
      // A second sign-in does no harm, and after a refresh token that was used up follows a new sign-in.
      repeatable: true,
    })
  return withRetries(send, deps.sleep).catch((error: unknown) => {
    throw networkFailure(error)
  })
}

function read(answer: HttpAnswer): TokenAnswer {
  const document = parseJson(answer.body)
  if (answer.status === 200) {
    const accessToken = isRecord(document) ? optionalText(document.access_token) : undefined
    if (!isRecord(document) || accessToken === undefined || !/^[\x21-\x7e]+$/.test(accessToken)) {
      throw badAnswer('an access token', 'something else')
    }
    return {
      kind: 'token',
      accessToken,
      expiresIn: optionalNumber(document.expires_in) ?? 60,
      refreshToken: optionalText(document.refresh_token),
      refreshExpiresIn: optionalNumber(document.refresh_expires_in),
      sessionState: optionalText(document.session_state),
      idToken: optionalText(document.id_token),
    }
  }
  return refusal(answer)
}

/** A refusal in OAuth's terms. @throws {UserError} for any other failure */
export function refusal(answer: HttpAnswer): Refused {
  const document = parseJson(answer.body)
  const error = isRecord(document) ? optionalText(document.error) : undefined
  if (error === undefined || answer.status >= 500 || answer.status === 404 || answer.status === 429) {
    throw httpFailure(answer, { what: 'the sign-in' })
  }
  return {
    kind: 'refused',
    status: answer.status,
    error,
    description: isRecord(document) ? optionalText(document.error_description) : undefined,
  }
}

/** The error for a refused sign-in, exit 4. */
export function signInFailure(
  { error, description }: Refused,
  credentials: SignIn,
  loginRealm: string,
): UserError {
  const who =
    credentials.kind === 'client'
      ? `client ${credentials.clientId}`
      : (credentials.username ?? `with client ${credentials.clientId}`)
  const said = description ?? error
  const [code, hint] = reason(error, said, credentials, loginRealm)
  return new UserError(code, `Signing in as ${who} to realm ${loginRealm} failed: "${said}".`, {
    exitCode: EXIT.denied,
    hint,
  })
}

function reason(
  error: string,
  said: string,
  credentials: SignIn,
  loginRealm: string,
): readonly [string, string] {
  const client = `client ${credentials.clientId} of realm ${loginRealm}`
  switch (error) {
    case 'invalid_client':
      return [
        'wrong-client',
        credentials.clientKey === undefined
          ? `Check --client-id and its secret (--client-secret-file or KC_LOGOUT_CLIENT_SECRET): ${client}.`
          : `Check --client-id, its key in Keycloak, and the clock of this machine: ${client}.`,
      ]
    case 'unauthorized_client':
      return credentials.kind === 'password' && !/credentials/i.test(said)
        ? [
            'grant-not-allowed',
            `Switch on "Direct access grants" of ${client}, or use another --client-id. A client to log users out of is --client.`,
          ]
        : credentials.kind === 'client' && !/credentials/i.test(said)
          ? ['grant-not-allowed', `Switch on "Service accounts roles" of ${client}.`]
          : ['wrong-client', `Check --client-id and its secret: ${client}.`]
    case 'invalid_grant':
      if (/not fully set up/i.test(said)) {
        return [
          'account-not-set-up',
          'The account has a required action (a new password, a code): sign in once with a browser.',
        ]
      }
      if (/disabled/i.test(said)) return ['account-disabled', 'Enable the account, or use another.']
      return [
        'wrong-password',
        `Check username, password and the realm of the account (--login-realm, here ${loginRealm}); too many attempts may lock it.`,
      ]
    default:
      return ['sign-in-failed', `Check the account and ${client}.`]
  }
}

/** application/x-www-form-urlencoded, as RFC 6749 (2.3.1) requires inside Basic. */
const formEncoded = (value: string) => new URLSearchParams({ '': value }).toString().slice(1)
