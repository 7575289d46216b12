import type { Context } from '../../cli/context.ts'
import { usageError } from '../../errors.ts'
import { decodeToken } from '../../token/decode.ts'
import { isDpopProof } from '../../token/dpop.ts'
import { findTokens, opaqueTokensIn } from '../../token/find.ts'
import type { FoundToken } from '../../token/found.ts'
import type { JsonObject } from '../../token/json.ts'
import { classify, type Kind } from '../../token/kind.ts'
import { accessTokensIn } from '../../token/pair-access-tokens.ts'

const MAX_BYTES = 1024 * 1024

/**
 * Reads the access token in a file, alone or in a token response; it need not be a JWT.
 *
 * @throws {UserError} `no-access-token` (exit 2) if there is not exactly one
 */
export async function accessTokenIn(path: string, ctx: Context): Promise<string> {
  const { text, found } = await readTokens(path, ctx)
  const named = accessTokensIn(text)
  const fitting = found.filter((each) => mayBe('access', each)).map((each) => each.text)
  const all = new Set(named.length > 0 ? named : found.length > 0 ? fitting : opaqueTokensIn(text))
  const [first] = all
  if (first !== undefined && all.size === 1) return first
  throw usageError(
    'no-access-token',
    all.size > 1
      ? `${path} contains ${all.size} access tokens.`
      : `${path} contains no access token${instead(found)}.`,
    'Give a file with the access token of one sign-in, alone or in the token response.',
  )
}

/**
 * Reads the claims of the ID token in a file, alone or in a token response.
 *
 * @throws {UserError} `no-id-token` (exit 2) if there is not exactly one that can be read
 */
export async function idTokenIn(path: string, ctx: Context): Promise<JsonObject> {
  const { found } = await readTokens(path, ctx)
  const fitting = found.filter((each) => mayBe('id', each))
  const sure = fitting.filter((each) => kindOf(each) === 'id')
  const [first, second] = sure.length > 0 ? sure : fitting
  const payload = first && decodeToken(first.text).payload
  if (!payload || second) {
    throw usageError(
      'no-id-token',
      second
        ? `${path} contains more than one ID token.`
        : `${path} contains no readable ID token${instead(found)}.`,
      'Give a file with the id_token of the sign-in, alone or in the token response.',
    )
  }
  // Older Keycloak versions call it session_state.
  const { sid = payload.session_state } = payload
  return sid === undefined ? payload : { ...payload, sid }
}

/**
 * Reads the DPoP proofs in a file.
 *
 * @throws {UserError} `no-dpop-proof` (exit 2) if there is none
 */
export async function dpopProofsIn(path: string, ctx: Context): Promise<readonly string[]> {
  const { found } = await readTokens(path, ctx)
  const proofs = found.map(({ text }) => text).filter(isDpopProof)
  if (proofs.length > 0) return proofs
  throw usageError(
    'no-dpop-proof',
    `${path} contains no DPoP proof${instead(found)}.`,
    'Give a file with the header DPoP of the request; its typ is dpop+jwt.',
  )
}

async function readTokens(path: string, ctx: Context): Promise<{ text: string; found: FoundToken[] }> {
  const text = await ctx.files.read(path, { maxBytes: MAX_BYTES })
  return { text, found: findTokens(text).found.filter(({ form }) => form === 'token') }
}

const kindOf = ({ text, label }: FoundToken): Kind => classify(decodeToken(text), label).kind

const OTHERS = { access: /(?:id|refresh|logout)_?token/i, id: /(?:access|refresh|logout)_?token/i }

/** Whether a token is of this kind, or neither its members nor its name contradict that. */
function mayBe(wanted: 'access' | 'id', { text, label = '' }: FoundToken): boolean {
  const decoded = decodeToken(text)
  const { kind, signals } = classify(decoded, label)
  if (OTHERS[wanted].test(label) || kind === 'admin-action') return false
  if (kind === wanted || kind === 'encrypted') return true
  if (signals.length > 0) return false
  // Without signals the kind is guessed from the claims.
  return wanted === 'id'
    ? kind !== 'access'
    : !ID_TOKEN_CLAIMS.some((name) => name in (decoded.payload ?? {}))
}

/** Claims that only ID tokens have. */
const ID_TOKEN_CLAIMS = ['at_hash', 'c_hash', 'nonce']

const NAMES: Partial<Record<Kind, string>> = {
  access: 'an access token',
  id: 'an ID token',
  refresh: 'a refresh token',
  offline: 'an offline token',
  logout: 'a logout token',
  encrypted: 'an encrypted token',
}

/** Says what the file contains instead. */
function instead([first]: readonly FoundToken[]): string {
  const name = first && NAMES[kindOf(first)]
  return name === undefined ? '' : `; it contains ${name}`
}
