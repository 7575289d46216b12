import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose'
import { send } from './http.ts'
import { majorOf } from './keycloak/version.ts'
import type { TestRealm } from './realm.ts'
import type { Received } from './receiver.ts'

/** A verified logout token. */
export interface LogoutToken extends JWTPayload {
  readonly request: Received
  /** The compact token. */
  readonly jwt: string
  readonly aud: string
  readonly sub?: string
  readonly sid?: string
}

/** A verified admin action, as sent to an Admin URL. */
export interface AdminAction {
  readonly request: Received
  readonly jws: string
  readonly id: string
  readonly action: string
  /** The client's clientId. */
  readonly resource: string
  /** Seconds since the epoch. */
  readonly expiration: number
  readonly notBefore?: number
  readonly adapterSessionIds?: readonly string[]
  readonly keycloakSessionIds?: readonly string[]
}

export type Checked = { readonly request: Received } & (
  | { readonly kind: 'logout'; readonly token: LogoutToken }
  | { readonly kind: 'action'; readonly action: AdminAction }
  | { readonly kind: 'wrong'; readonly problem: string }
)

interface Trusted {
  readonly issuer: string
  readonly keys: ReturnType<typeof createLocalJWKSet>
  readonly kids: ReadonlySet<string>
  readonly clientIds: ReadonlySet<string>
  /** Whether logout tokens have an `exp`: since 23.0.4; the tested versions below 24 have none. */
  readonly withExp: boolean
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const FIRST_WITH_EXP = 24
/** Which action belongs to which path below the Admin URL. */
const ACTIONS: Readonly<Record<string, string>> = {
  k_logout: 'LOGOUT',
  k_push_not_before: 'PUSH_NOT_BEFORE',
  k_test_available: 'TEST_AVAILABILITY',
}

class Wrong extends Error {}

const idOf = (checked: Checked): string =>
  (checked.kind === 'logout'
    ? checked.token.jti
    : checked.kind === 'action'
      ? checked.action.id
      : undefined) ?? ''

/** Verifies received requests against trusted realms, with jose and without the rules of kc-logout. */
export class ReceivedTokens {
  readonly #realms: Trusted[] = []

  /** Reads the realm's current keys and clients. */
  async trust(realm: TestRealm): Promise<void> {
    const certificates = await send('GET', `${realm.issuer}/protocol/openid-connect/certs`)
    const keySet = certificates.json<JSONWebKeySet>()
    const clients = await realm.get<{ clientId: string }[]>('/clients')
    this.#realms.push({
      issuer: realm.issuer,
      keys: createLocalJWKSet(keySet),
      kids: new Set(keySet.keys.flatMap((key) => key.kid ?? [])),
      clientIds: new Set(clients.map((client) => client.clientId)),
      withExp: majorOf(realm.keycloak.version) >= FIRST_WITH_EXP,
    })
  }

  async check(requests: readonly Received[]): Promise<Checked[]> {
    if (this.#realms.length === 0) throw new Error('The receiver trusts no realm: call trust(realm) first')
    const verified = await Promise.all(
      requests.map(async (request): Promise<Checked> => {
        try {
          return await this.#checkOne(request)
        } catch (error) {
          return { kind: 'wrong', request, problem: error instanceof Error ? error.message : String(error) }
        }
      }),
    )
    // In their order: which of two signatures is verified first is chance.
    const seen = new Set<string>()
    return verified.map((checked) => {
      if (checked.kind === 'wrong') return checked
      const id = idOf(checked)
      if (seen.has(id)) return { kind: 'wrong', request: checked.request, problem: `the id ${id} came twice` }
      seen.add(id)
      return checked
    })
  }

  async #checkOne(request: Received): Promise<Checked> {
    if (request.method !== 'POST') throw new Wrong(`${request.method} instead of POST`)
    const type = request.headers['content-type']?.split(';')[0]?.trim()
    const checked: Checked =
      type === 'application/x-www-form-urlencoded'
        ? { kind: 'logout', request, token: await this.#logoutToken(request) }
        : type === 'text/plain'
          ? { kind: 'action', request, action: await this.#adminAction(request) }
          : fail(`content type ${request.headers['content-type']}`)
    if (!idOf(checked)) throw new Wrong('no id of its own')
    return checked
  }

  async #logoutToken(request: Received): Promise<LogoutToken> {
    const form = new URLSearchParams(request.body)
    const jwt = form.get('logout_token')
    if (!jwt || [...form.keys()].length !== 1)
      throw new Wrong(`the form holds ${[...form.keys()].join(', ')}`)
    const { iss } = decodeJwt(jwt)
    const realm = this.#realms.find(({ issuer }) => issuer === iss)
    if (!realm) throw new Wrong(`the issuer ${iss} is not trusted`)
    const { payload, protectedHeader } = await jwtVerify(jwt, realm.keys, {
      issuer: realm.issuer,
      currentDate: new Date(request.time),
      clockTolerance: 2,
      requiredClaims: ['iat', 'jti', 'aud', ...(realm.withExp ? ['exp'] : [])],
    })
    const { aud, sub, sid, events } = payload
    if (!['logout+jwt', 'JWT'].includes(protectedHeader.typ ?? ''))
      throw new Wrong(`typ ${protectedHeader.typ}`)
    if (typeof aud !== 'string' || !realm.clientIds.has(aud))
      throw new Wrong(`the audience ${aud} is no client`)
    if (typeof events !== 'object' || events === null || !(LOGOUT_EVENT in events))
      throw new Wrong('no logout event')
    if ('nonce' in payload) throw new Wrong('a nonce')
    if (sub === undefined && sid === undefined) throw new Wrong('neither sub nor sid')
    if (sid !== undefined && typeof sid !== 'string') throw new Wrong('a sid that is no string')
    return {
      ...payload,
      request,
      jwt,
      aud,
      ...(sub === undefined ? {} : { sub }),
      ...(sid === undefined ? {} : { sid }),
    }
  }

  async #adminAction(request: Received): Promise<AdminAction> {
    const { realm, kid } = this.#realmOfKey(request.body)
    if (!realm) throw new Wrong(`the key ${kid} is of no realm that is trusted`)
    const { payload } = await compactVerify(request.body, realm.keys)
    const action: Omit<AdminAction, 'request' | 'jws'> = JSON.parse(new TextDecoder().decode(payload))
    const last = request.path.split('?')[0]?.split('/').at(-1) ?? ''
    if (ACTIONS[last] !== action.action) throw new Wrong(`the action ${action.action} at ${request.path}`)
    if (!realm.clientIds.has(action.resource)) throw new Wrong(`the resource ${action.resource} is no client`)
    if (!(action.expiration * 1000 > request.time - 2_000)) throw new Wrong(`expired on arrival`)
    return { ...action, request, jws: request.body }
  }

  /** An admin action does not name its sender; only its key does. */
  #realmOfKey(jws: string): { realm: Trusted | undefined; kid: string } {
    const [header = ''] = jws.split('.')
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))
    return { kid, realm: this.#realms.find(({ kids }) => kids.has(kid)) }
  }
}

function fail(problem: string): never {
  throw new Wrong(problem)
}
