import { EXIT, UserError } from '../errors.ts'
import type { AccessTokenDeps, RevealedCredentials } from './access-token.ts'
import { failureOfAnswer } from './failures.ts'
import { failureOfFault } from './fault-failures.ts'
import { badAnswer, isRecord, optionalNumber, optionalText, parsedJson } from './json.ts'
import { pauseBefore, TRIES } from './retry.ts'
import type { HttpAnswer } from './transport.ts'

export type TokenAnswer =
  | {
      readonly kind: 'token'
      readonly accessToken: string
      /** Seconds. */
      readonly expiresIn: number
      readonly refreshToken: string | undefined
      readonly sessionState: string | undefined
    }
  | {
      readonly kind: 'refused'
      readonly status: number
      readonly error: string
      readonly description: string | undefined
    }

type SignIn = Exclude<RevealedCredentials, { kind: 'token' }>
type Deps = Pick<AccessTokenDeps, 'transport' | 'server' | 'loginRealm' | 'sleep'>

/** One request to the token endpoint of the login realm; a 5xx is tried again, as nothing was granted. */
export async function requestToken(
  form: Record<string, string>,
  credentials: SignIn,
  deps: Deps,
): Promise<TokenAnswer> {
  const { clientId, clientSecret } = credentials
  if (clientSecret === undefined) return read(await post({ ...form, client_id: clientId }, {}, deps))
  const basic = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`
  const answer = read(
    await post(form, { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }, deps),
  )
  // Servers that do not decode the header (RFC 6749, 2.3.1 wants it) know such a secret only from the body.
  if (isClientRefused(answer) && basic !== `${clientId}:${clientSecret}`) {
    return read(await post({ ...form, client_id: clientId, client_secret: clientSecret }, {}, deps))
  }
  return answer
}

/** Keycloak says `unauthorized_client` for a wrong secret, and also for a grant that the client may not use. */
const isClientRefused = (answer: TokenAnswer) =>
  answer.kind === 'refused' &&
  (answer.error === 'invalid_client' || /client credentials/i.test(answer.description ?? ''))

async function post(
  form: Record<string, string>,
  headers: Record<string, string>,
  deps: Deps,
): Promise<HttpAnswer> {
  for (let tries = 1; ; tries++) {
    const answer = await deps.transport
      .request({
        method: 'POST',
        url: deps.server.url('/realms/{realm}/protocol/openid-connect/token', {
          realm: ['realm', deps.loginRealm],
        }),
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      })
      .catch((error: unknown) => {
        throw failureOfFault(error)
      })
    if (answer.status < 500 || tries === TRIES) return answer
    await deps.sleep(pauseBefore(tries, answer.headers['retry-after']))
  }
}

function read(answer: HttpAnswer): TokenAnswer {
  const document = parsedJson(answer.body)
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
      sessionState: optionalText(document.session_state),
    }
  }
  const error = isRecord(document) ? optionalText(document.error) : undefined
  if (error === undefined || answer.status >= 500 || answer.status === 404 || answer.status === 429) {
    throw failureOfAnswer(answer, { what: 'the sign-in' })
  }
  return {
    kind: 'refused',
    status: answer.status,
    error,
    description: isRecord(document) ? optionalText(document.error_description) : undefined,
  }
}

/** Why the sign-in failed and what to do, exit 4. */
export function signInFailure(
  { error, description }: Extract<TokenAnswer, { kind: 'refused' }>,
  credentials: SignIn,
  loginRealm: string,
): UserError {
  const who = credentials.kind === 'password' ? credentials.username : `client ${credentials.clientId}`
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
        `Check --client-id and its secret (--client-secret-file or KC_LOGOUT_CLIENT_SECRET): ${client}.`,
      ]
    case 'unauthorized_client':
      return credentials.kind === 'password' && !/credentials/i.test(said)
        ? ['grant-not-allowed', `Switch "Direct access grants" on at ${client}, or use another --client-id.`]
        : credentials.kind === 'client' && !/credentials/i.test(said)
          ? ['grant-not-allowed', `Switch "Service accounts roles" on at ${client}.`]
          : ['wrong-client', `Check --client-id and its secret: ${client}.`]
    case 'invalid_grant':
      if (/not fully set up/i.test(said)) {
        return [
          'account-not-set-up',
          'The account has something left to do (a new password, a code): sign in once with a browser.',
        ]
      }
      if (/disabled/i.test(said)) return ['account-disabled', 'Have the account enabled, or use another.']
      return [
        'wrong-password',
        `Check --username, its password and --login-realm (${loginRealm}); too many tries may lock the account.`,
      ]
    default:
      return ['sign-in-failed', `Check the account and ${client}.`]
  }
}

/** application/x-www-form-urlencoded, as RFC 6749 (2.3.1) wants it inside Basic. */
const formEncoded = (value: string) => new URLSearchParams({ '': value }).toString().slice(1)
