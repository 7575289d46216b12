import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import { readSecrets, removeSecrets } from './stored-secrets.ts'
import { readTokens, removeTokens } from './token-store.ts'

/** What is stored for a profile, and where. Contains no secret. */
export interface Kept {
  readonly what: 'session' | 'client-secret'
  readonly path: string
  readonly origin: string
  /** When Keycloak ends an unused session, milliseconds since the epoch; undefined for no end. */
  readonly until?: number | undefined
}

export const secretsPath = (folder: string, name: string): string => join(folder, 'secrets', `${name}.json`)
export const tokensPath = (folder: string, name: string): string => join(folder, 'tokens', `${name}.json`)

/** What is stored for a profile, except files that must not be read. */
export async function keptOf(folder: string, name: string): Promise<Kept[]> {
  const tokenPath = tokensPath(folder, name)
  const secretPath = secretsPath(folder, name)
  const [tokens, secrets] = await Promise.all([
    readTokens(tokenPath).catch(ignoreUnsafe),
    readSecrets(secretPath).catch(ignoreUnsafe),
  ])
  const kept: Kept[] = []
  if (tokens) {
    const { origin } = tokens
    kept.push({ what: 'session', path: tokenPath, origin, until: tokens.tokens.refreshExpiresAt })
  }
  if (secrets?.clientSecret) kept.push({ what: 'client-secret', path: secretPath, origin: secrets.origin })
  return kept
}

/** Removes what is stored for a profile. */
export async function removeKept(folder: string, name: string): Promise<void> {
  await removeSecrets(secretsPath(folder, name))
  await removeTokens(tokensPath(folder, name))
}

function ignoreUnsafe(error: unknown): undefined {
  if (error instanceof UserError && error.code === 'unsafe-secret-file') return undefined
  throw error
}
