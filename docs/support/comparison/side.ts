import type { KeycloakServer } from '../../../test/support/keycloak/server.ts'
import type { RecordingProxy } from '../../../test/support/recording-proxy.ts'

/** A realm with one signed-in user, reached through a proxy that counts requests. */
export interface Scene {
  readonly keycloak: KeycloakServer
  readonly proxy: RecordingProxy
  readonly realm: string
  readonly username: string
}

/** Steps, requests and time of one way. */
export interface Effort {
  /** Clicks and filled-in fields, or commands. */
  readonly done: readonly string[]
  readonly requests: number
  readonly seconds: number
  /** CPU seconds of the tool itself; null if not counted. */
  readonly cpu: number | null
  /** What it shows about each application: whether it was notified, or the settings that decide it; null for nothing. */
  readonly says: Readonly<Record<string, string | null>>
}
