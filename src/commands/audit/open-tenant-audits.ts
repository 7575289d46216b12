import type { HostFacts } from '../../cli/host.ts'
import { EXIT, UserError, usageError } from '../../errors.ts'
import type { HttpOptions } from '../../keycloak/http/http-options.ts'
import { failureOfFault } from '../../keycloak/http/network-failures.ts'
import { persistently } from '../../keycloak/http/retry.ts'
import { createTransport } from '../../keycloak/http/transport.ts'
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

/** A page of 2,000 records is some megabytes. */
const LARGEST = 64 * 1024 * 1024

/** Sends nothing before the first record is asked for. */
export function openTenantAudits({ env }: HostFacts, http: HttpOptions): TenantAudits {
  return {
    fromEnvironment: credentialsOf(env),

    async *records(tenant, since) {
      const transport = createTransport({ ...http, proxy: http.proxyFor(new URL(tenant.url)) })
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
}: HostFacts['env']): TenantCredentials | undefined {
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
