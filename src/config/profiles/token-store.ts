import * as v from 'valibot'
import type { StoredTokens, TokenStore } from '../../core/connection.ts'
import { type LockDeps, locked } from '../files/lock.ts'
import { readPrivate, removePrivate, writePrivate } from '../files/private-file.ts'
import { storedValue } from './stored-secrets.ts'

/** What stored tokens belong to. They are offered to no other server, realm or client. */
export interface Bound {
  readonly origin: string
  readonly loginRealm: string
  readonly clientId: string
}

/** Milliseconds since the epoch that a date can hold. */
const time = v.pipe(
  v.number(),
  v.check((value) => !Number.isNaN(new Date(value).getTime())),
)
const STORED = v.object({
  version: v.literal(1),
  origin: v.string(),
  loginRealm: v.string(),
  clientId: v.string(),
  tokens: v.looseObject({
    accessToken: v.string(),
    issuedAt: time,
    expiresAt: time,
    refreshToken: v.optional(v.string()),
    refreshExpiresAt: v.optional(time),
    sessionState: v.optional(v.string()),
  }),
})

/** The stored tokens of a profile and what they belong to; undefined where there are none. */
export async function readTokens(
  path: string,
): Promise<(Bound & { readonly tokens: StoredTokens }) | undefined> {
  const text = await readPrivate(path)
  const stored = text === undefined ? undefined : storedValue(STORED, text)
  if (!stored) return undefined
  const { tokens, ...bound } = stored
  const { refreshToken, refreshExpiresAt, sessionState } = tokens
  return { ...bound, tokens: { ...tokens, refreshToken, refreshExpiresAt, sessionState } }
}

export const writeTokens = (path: string, bound: Bound, tokens: StoredTokens): Promise<void> => {
  const { origin, loginRealm, clientId } = bound
  const stored = { version: 1, origin, loginRealm, clientId, tokens }
  return writePrivate(path, `${JSON.stringify(stored, null, 2)}\n`)
}

export const removeTokens = (path: string): Promise<void> => removePrivate(path)

/**
 * Tokens that any number of processes share. Only one renews them at a time: a realm may allow each refresh token
 * once, and a second use would end the session for all of them.
 */
export function tokenStore(
  path: string,
  bound: Bound,
  words: { readonly source: string; readonly remedy: string },
  deps: LockDeps,
): TokenStore {
  const read = async () => {
    const stored = await readTokens(path)
    return stored && isSameBinding(stored, bound) ? stored.tokens : undefined
  }
  return {
    ...words,
    read,
    update: (change) =>
      locked(`${path}.lock`, deps, async () => {
        const stored = await read()
        const changed = await change(stored)
        if (changed !== undefined && changed !== stored) await writeTokens(path, bound, changed)
        return changed
      }),
  }
}

const isSameBinding = (a: Bound, b: Bound): boolean =>
  a.origin === b.origin && a.loginRealm === b.loginRealm && a.clientId === b.clientId
