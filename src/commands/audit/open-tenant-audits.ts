import type { Settings } from '../../config/settings.ts'
import { EXIT, UserError, usageError } from '../../errors.ts'
import { trustedAuthorities } from '../../keycloak/http/certificate-authorities.ts'
import { failureOfFault } from '../../keycloak/http/network-failures.ts'
import { proxyFor } from '../../keycloak/http/proxy.ts'
import { persistently } from '../../keycloak/http/retry.ts'
import { createTransport } from '../../keycloak/http/transport.ts'
import type { Files } from '../../runtime/file-access.ts'
import { bearerToken } from '../../util/bearer-token.ts'
import { auditRecords } from './cumulocity.ts'
import type { AuditRecord, Tenant, TenantCredentials } from './tenant-audit.ts'

/** Reads the audit logs of tenants that the caller named. */
export interface TenantAudits {
  /** What C8Y_USER and C8Y_PASSWORD, or C8Y_TOKEN, say; undefined when they say nothing. */
  readonly fromEnvironment: TenantCredentials | undefined
  /** A tenant's audit records since a moment (milliseconds since the epoch); returns whether there are more. */
  records(tenant: Tenant, since: number): AsyncGenerator<AuditRecord, boolean>
}

export interface TenantAuditsDeps {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly files: Pick<Files, 'read'>
  readonly settings: Pick<Settings, 'caFile' | 'insecure' | 'timeout'>
  readonly userAgent: string
  readonly signal: AbortSignal
  readonly debug?: ((line: string) => void) | undefined
}

/** A page of 2,000 records is some megabytes. */
const LARGEST = 64 * 1024 * 1024

/** Brings together the API of tenants (audit) and the way out (keycloak): those two rooms do not know each other. */
export function openTenantAudits(deps: TenantAuditsDeps): TenantAudits {
  const { env, files, settings, userAgent, signal, debug } = deps
  return {
    fromEnvironment: credentialsOf(env),

    async *records(tenant, since) {
      const transport = createTransport({
        timeout: settings.timeout,
        ca: await trustedAuthorities(settings.caFile?.value, files, env),
        insecure: settings.insecure,
        proxy: proxyFor(new URL(tenant.url), env),
        userAgent,
        signal,
        onRequest:
          debug && (({ path, status, fault, ms }) => debug(`GET ${path} → ${status ?? fault} (${ms} ms)`)),
      })
      try {
        return yield* auditRecords(tenant, since, (url, headers) =>
          persistently(
            () => transport.request({ method: 'GET', url, headers, maxBytes: LARGEST }),
            transport.sleep,
          ).catch((error: unknown) => {
            throw aboutTenant(failureOfFault(error))
          }),
        )
      } finally {
        transport.close()
      }
    },
  }
}

/** The advice is about a tenant, not about Keycloak. */
function aboutTenant(error: unknown): unknown {
  if (!(error instanceof UserError) || error.exitCode === EXIT.interrupted) return error
  return new UserError(error.code, error.message, {
    exitCode: error.exitCode,
    hint: 'Check --tenant-url; --ca-file and --timeout count here too.',
    cause: error.cause,
  })
}

function credentialsOf({
  C8Y_USER: user,
  C8Y_PASSWORD: password,
  C8Y_TOKEN: token,
}: TenantAuditsDeps['env']): TenantCredentials | undefined {
  if (token && (user || password))
    throw usageError(
      'contradiction',
      'C8Y_TOKEN and C8Y_USER or C8Y_PASSWORD contradict each other.',
      'Set the token, or user and password.',
    )
  if (token) {
    const bearer = bearerToken(token)
    if (bearer === undefined)
      throw usageError('bad-token', 'What C8Y_TOKEN gives is no token.', 'It has to hold the token alone.')
    return { kind: 'token', token: bearer }
  }
  if (!user && !password) return undefined
  if (!user || !password)
    throw usageError(
      'tenant-credentials',
      `C8Y_${user ? 'PASSWORD' : 'USER'} is not set.`,
      'The two go together.',
    )
  return { kind: 'basic', user, password }
}
