import { boundThumbprint } from './binding.ts'
import { type Decoded, decodeToken } from './decode.ts'
import { dpopHash, proofThumbprint } from './dpop.ts'
import { accessTokenHash } from './hash.ts'
import type { Inquiry } from './inquiry.ts'
import type { Kind } from './kind.ts'
import type { NotAsked, OnlineFacts } from './rules/online.ts'
import type { Expectations } from './rules/rule.ts'

/** Returns what is expected of one token: the caller's expectations, hashes of related tokens, the client's settings. */
export async function expectationsFor(
  kind: Kind,
  decoded: Decoded,
  facts: OnlineFacts | NotAsked | undefined,
  inquiry: Inquiry,
): Promise<Expectations> {
  const settings = settingsOf(facts, inquiry)
  const related =
    kind === 'dpop-proof' ? await proofExpectations(decoded, inquiry) : await hashes(decoded, inquiry)
  return settings || related ? { ...inquiry.expect, ...related, ...settings } : inquiry.expect
}

async function hashes(
  { header, payload }: Decoded,
  { accessToken, proofs }: Inquiry,
): Promise<Partial<Expectations> | undefined> {
  const hash =
    accessToken === undefined || payload?.at_hash === undefined
      ? undefined
      : await accessTokenHash(accessToken, header?.alg)
  const isBound =
    proofs !== undefined && proofs.length > 0 && payload !== undefined && boundThumbprint(payload)
  if (hash === undefined && !isBound) return undefined
  return {
    ...(hash === undefined ? {} : { accessTokenHash: hash }),
    ...(isBound ? { proofKeys: await thumbprints(proofs) } : {}),
  }
}

async function thumbprints(proofs: readonly string[]): Promise<string[]> {
  const all = await Promise.all(proofs.map((proof) => proofThumbprint(decodeToken(proof))))
  return all.flatMap((thumbprint) => thumbprint ?? [])
}

async function proofExpectations(
  proof: Decoded,
  { accessToken, request }: Inquiry,
): Promise<Partial<Expectations>> {
  const boundTo =
    accessToken === undefined ? undefined : boundThumbprint(decodeToken(accessToken).payload ?? {})
  return {
    proof: {
      thumbprint: await proofThumbprint(proof),
      ...request,
      ...(accessToken === undefined ? {} : { hash: await dpopHash(accessToken) }),
      ...(boundTo === undefined ? {} : { boundTo }),
    },
  }
}

/** The client's settings as expectations; options of the caller take precedence. */
function settingsOf(
  facts: OnlineFacts | NotAsked | undefined,
  { expect }: Inquiry,
): Partial<Expectations> | undefined {
  if (!facts || !('client' in facts) || !('value' in facts.client) || !facts.client.value) return undefined
  return {
    sessionRequired: facts.client.value.backchannelLogoutSessionRequired,
    ...(facts.alg === undefined || expect.alg !== undefined ? {} : { alg: facts.alg }),
    ...(facts.encrypted === undefined ? {} : { encryptionExpected: facts.encrypted }),
  }
}
