import type { StoredTokens, TokenStore } from '../../core/connection.ts'
import { type LockDeps, locked } from '../files/lock.ts'
import { readPrivate, removePrivate, writePrivate } from '../files/private-file.ts'

/** What tokens belong to. Used with another server, realm or client they are not offered at all. */
export interface Bound {
  readonly origin: string
  readonly loginRealm: string
  readonly clientId: string
}

interface Stored extends Bound {
  readonly version: 1
  readonly tokens: StoredTokens
}

/** The tokens of one profile, in a private file, and what they belong to. Undefined where there are none. */
export async function readTokens(
  path: string,
): Promise<(Bound & { readonly tokens: StoredTokens }) | undefined> {
  const text = await readPrivate(path)
  if (text === undefined) return undefined
  const value = parsed(text)
  return isStored(value) ? value : undefined
}

export const writeTokens = (path: string, bound: Bound, tokens: StoredTokens): Promise<void> => {
  const { origin, loginRealm, clientId } = bound
  const stored: Stored = { version: 1, origin, loginRealm, clientId, tokens }
  return writePrivate(path, `${JSON.stringify(stored, null, 2)}\n`)
}

export const removeTokens = (path: string): Promise<void> => removePrivate(path)

/**
 * Tokens that any number of processes use at the same time. Who renews them does it alone: a realm may allow each
 * refresh token once, and a second use would end the session for all of them.
 */
export function tokenStore(
  path: string,
  bound: Bound,
  words: { readonly source: string; readonly remedy: string },
  deps: LockDeps,
): TokenStore {
  const read = async () => {
    const stored = await readTokens(path)
    return stored && belongs(stored, bound) ? stored.tokens : undefined
  }
  return {
    ...words,
    read,
    update: (change) =>
      locked(`${path}.lock`, deps, async () => {
        const held = await read()
        const changed = await change(held)
        if (changed !== undefined && changed !== held) await writeTokens(path, bound, changed)
        return changed
      }),
  }
}

export const belongs = (a: Bound, b: Bound): boolean =>
  a.origin === b.origin && a.loginRealm === b.loginRealm && a.clientId === b.clientId

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false
  const { version, origin, loginRealm, clientId, tokens } = value as Record<string, unknown>
  if (version !== 1 || typeof tokens !== 'object' || tokens === null) return false
  if (![origin, loginRealm, clientId].every((one) => typeof one === 'string')) return false
  const { accessToken, issuedAt, expiresAt, refreshToken, refreshExpiresAt } = tokens as Record<
    string,
    unknown
  >
  return (
    typeof accessToken === 'string' &&
    isTime(issuedAt) &&
    isTime(expiresAt) &&
    (refreshExpiresAt === undefined || isTime(refreshExpiresAt)) &&
    (refreshToken === undefined || typeof refreshToken === 'string')
  )
}

/** Milliseconds since the epoch of which a date can be made. */
const isTime = (value: unknown) => typeof value === 'number' && !Number.isNaN(new Date(value).getTime())
