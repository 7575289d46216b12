import { boundThumbprint } from './binding.ts'
import { decodeToken } from './decode.ts'
import { dpopHash, isDpopProof, proofThumbprint } from './dpop.ts'
import type { FoundToken } from './found.ts'
import { classify } from './kind.ts'

/** What belongs to a token of the same input. */
export interface RelatedTokens {
  /** For a DPoP proof: the access token that it is sent with. */
  readonly accessToken?: string
  /** For an access token: the DPoP proofs that it may be sent with. */
  readonly proofs?: readonly string[]
}

/**
 * Pairs DPoP proofs with access tokens of the same input: by the hash in the proof or by the key that the token is bound
 * to; a single proof and a single access token also belong together.
 */
export async function pairProofs(
  found: readonly FoundToken[],
): Promise<ReadonlyMap<FoundToken, RelatedTokens>> {
  const tokens = found.filter(({ form }) => form === 'token')
  const proofs = tokens.filter(({ text }) => isDpopProof(text))
  const pairs = new Map<FoundToken, RelatedTokens>()
  if (proofs.length === 0) return pairs
  const access = tokens.filter((each) => !proofs.includes(each) && isAccess(each))
  const isSingle = proofs.length === 1 && access.length === 1
  for (const proof of proofs) {
    const token = (await tokenOf(proof.text, access)) ?? (isSingle ? access[0]?.text : undefined)
    if (token !== undefined) pairs.set(proof, { accessToken: token })
  }
  for (const token of access) {
    const own = proofs.filter((proof) => pairs.get(proof)?.accessToken === token.text)
    if (own.length > 0) pairs.set(token, { proofs: own.map(({ text }) => text) })
  }
  return pairs
}

const isAccess = ({ text, label }: FoundToken) => classify(decodeToken(text), label).kind === 'access'

async function tokenOf(proof: string, access: readonly FoundToken[]): Promise<string | undefined> {
  const decoded = decodeToken(proof)
  const { ath } = decoded.payload ?? {}
  for (const { text } of access) if (ath !== undefined && (await dpopHash(text)) === ath) return text
  const thumbprint = await proofThumbprint(decoded)
  const bound = access.filter(({ text }) => boundThumbprint(decodeToken(text).payload ?? {}) === thumbprint)
  return thumbprint !== undefined && bound.length === 1 ? bound[0]?.text : undefined
}
