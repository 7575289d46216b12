import type { Files } from '../../runtime/file-access.ts'

export interface OpenDeps {
  readonly files: Pick<Files, 'read'>
  readonly signal: AbortSignal
  /** NODE_EXTRA_CA_CERTS and the proxy variables. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Default: `kc-logout/1.2.3`. */
  readonly userAgent?: string
  /** Called after each request: one line, without secrets. */
  readonly debug?: ((line: string) => void) | undefined
}
