import type { Credentials, SecretSource, TokenStore } from '../../core/connection.ts'
import type { Server } from '../http/find-server.ts'
import type { Transport } from '../http/transport.ts'
import { type SigningKey, signingKey } from './client-key.ts'

export interface RevealedProof {
  readonly clientId: string
  readonly clientSecret?: string | undefined
  readonly clientKey?: SigningKey | undefined
}

/** Credentials with their secrets read. */
export type RevealedCredentials =
  | (RevealedProof & { readonly kind: 'password'; readonly username: string; readonly password: string })
  | (RevealedProof & { readonly kind: 'client' })
  | (RevealedProof & {
      readonly kind: 'session'
      readonly username: string | undefined
      readonly store: TokenStore
      /** Read only when the session has ended. */
      readonly password: SecretSource | undefined
    })
  | { readonly kind: 'token'; readonly token: string }

/** Reads the secrets, before any request: an unreadable file is a usage error. */
export async function reveal(credentials: Credentials): Promise<RevealedCredentials> {
  if (credentials.kind === 'token') return { kind: 'token', token: await credentials.token.reveal() }
  const { clientId, clientSecret, clientKey } = credentials
  const proof = {
    clientId,
    clientSecret: await clientSecret?.reveal(),
    clientKey: clientKey && signingKey(await clientKey.reveal(), clientKey.source),
  }
  switch (credentials.kind) {
    case 'client':
      return { kind: 'client', ...proof }
    case 'session': {
      const { username, store, password } = credentials
      return { kind: 'session', ...proof, username, store, password }
    }
    case 'password': {
      const { username, password } = credentials
      return { kind: 'password', ...proof, username, password: await password.reveal() }
    }
  }
}

export interface AccessTokenDeps {
  readonly transport: Transport
  readonly server: Server
  readonly loginRealm: string
  /** The issuer of the login realm; needed for client assertions. */
  readonly issuer?: string | undefined
  /** Milliseconds on a monotonic clock, for the lifetimes of tokens. */
  readonly monotonic: () => number
  readonly sleep: (ms: number) => Promise<void>
}
