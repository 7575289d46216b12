import type { KeycloakServer } from '../../../test/support/keycloak/server.ts'
import type { RecordingProxy } from '../../../test/support/recording-proxy.ts'

/** What a way of doing it finds: a realm in which one person is signed in, reached through a proxy that counts. */
export interface Scene {
  readonly keycloak: KeycloakServer
  readonly proxy: RecordingProxy
  readonly realm: string
  readonly person: string
}

/** What it took. */
export interface Effort {
  /** Clicks and fields filled in, or commands typed. */
  readonly done: readonly string[]
  readonly requests: number
  readonly seconds: number
  /** Seconds that processors worked for the tool itself, which a busy machine does not change; null where nobody counts. */
  readonly cpu: number | null
  /** What it says of each application: whether it was told, or what it is that says so; null where nothing does. */
  readonly says: Readonly<Record<string, string | null>>
}
