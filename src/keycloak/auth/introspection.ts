import { isRecord } from '../../util/is-record.ts'
import { badAnswer, parseJson } from '../http/json.ts'
import type { HttpAnswer } from '../http/messages.ts'
import type { Introspection, IntrospectionHint } from '../keycloak.ts'
import type { AccessTokenDeps, RevealedCredentials } from './credentials.ts'
import { refusal, requestAs } from './token-request.ts'

const INTROSPECTION = '/realms/{realm}/protocol/openid-connect/token/introspect'

interface Inquirer {
  readonly credentials: RevealedCredentials
  readonly deps: Pick<AccessTokenDeps, 'transport' | 'server' | 'loginRealm' | 'issuer' | 'sleep'>
  /** The realm of the token. */
  readonly realm: string
}

/**
 * Asks the introspection endpoint (RFC 7662) about a token as the client of the sign-in. Returns why it was not asked if
 * that client cannot: it must be a confidential client of the token's realm.
 * @throws {UserError} if the server is unreachable or answers something else
 */
export async function introspect(
  token: string,
  hint: IntrospectionHint,
  { credentials, deps, realm }: Inquirer,
): Promise<Introspection> {
  if (credentials.kind === 'token') return { notAsked: 'A given access token names no client that can ask.' }
  const { clientId } = credentials
  if (deps.loginRealm !== realm)
    return {
      notAsked: `Introspection needs a client of realm ${realm}; kc-logout signed in to ${deps.loginRealm}.`,
    }
  if (credentials.clientSecret === undefined && credentials.clientKey === undefined)
    return {
      notAsked: `Introspection needs a confidential client; ${clientId} has neither secret nor key here.`,
    }
  const form = { token, token_type_hint: hint }
  const answer = await requestAs(INTROSPECTION, form, credentials, deps, read)
  return answer.kind === 'refused'
    ? { notAsked: `Keycloak refused the introspection: ${answer.description ?? answer.error}` }
    : { clientId, active: answer.active }
}

function read(
  answer: HttpAnswer,
): { readonly kind: 'answer'; readonly active: boolean } | ReturnType<typeof refusal> {
  if (answer.status !== 200) return refusal(answer)
  const document = parseJson(answer.body)
  if (isRecord(document) && typeof document.active === 'boolean')
    return { kind: 'answer', active: document.active }
  throw badAnswer('an introspection', 'something else')
}
