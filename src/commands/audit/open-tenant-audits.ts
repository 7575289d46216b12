import type { HostFacts } from '../../cli/host.ts'
import { EXIT, UserError, usageError } from '../../errors.ts'
import type { HttpOptions } from '../../keycloak/http/http-options.ts'
import { networkFailure } from '../../keycloak/http/network-failures.ts'
import { withRetries } from '../../keycloak/http/retry.ts'
import { createTransport } from '../../keycloak/http/transport.ts'
import { bearerToken } from '../../util/bearer-token.ts'
import { auditRecords } from './cumulocity.ts'
import type { AuditRecord, Tenant, TenantCredentials } from './tenant-audit.ts'

/** Reads the audit logs of named tenants. */
export interface TenantAudits {
  /** The credentials of C8Y_USER and C8Y_PASSWORD, or of C8Y_TOKEN; undefined if none is set. */
  readonly fromEnvironment: TenantCredentials | undefined
  /** The audit records of a tenant since a time (milliseconds since the epoch); returns true if there are more. */
  records(tenant: Tenant, since: number): AsyncGenerator<AuditRecord, boolean>
}

/** A page of 2,000 records has some megabytes. */
const LARGEST = 64 * 1024 * 1024

/** Sends nothing before the first record is asked for. */
export function openTenantAudits({ env }: HostFacts, http: HttpOptions): TenantAudits {
  return {
    fromEnvironment: credentialsOf(env),

    async *records(tenant, since) {
      const transport = createTransport({ ...http, proxy: http.proxyFor(new URL(tenant.url)) })
      try {
        return yield* auditRecords(tenant, since, (url, headers) =>
          withRetries(
            () => transport.request({ method: 'GET', url, headers, maxBytes: LARGEST }),
            transport.sleep,
          ).catch((error: unknown) => {
            throw aboutTenant(networkFailure(error))
          }),
        )
      } finally {
        transport.close()
      }
    },
  }
}

/** The same error with a hint about the tenant instead of Keycloak. */
function aboutTenant(error: unknown): unknown {
  if (!(error instanceof UserError) || error.exitCode === EXIT.interrupted) return error
  return new UserError(error.code, error.message, {
    exitCode: error.exitCode,
    hint: 'Check --tenant-url; --ca-file and --timeout apply here, too.',
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
      'C8Y_TOKEN cannot be combined with C8Y_USER and C8Y_PASSWORD.',
      'Set the token, or user and password.',
    )
  if (token) {
    const bearer = bearerToken(token)
    if (bearer === undefined)
      throw usageError('bad-token', 'C8Y_TOKEN is not a valid bearer token.', 'Set it to the token alone.')
    return { kind: 'token', token: bearer }
  }
  if (!user && !password) return undefined
  if (!user || !password)
    throw usageError(
      'tenant-credentials',
      `C8Y_${user ? 'PASSWORD' : 'USER'} is not set.`,
      'Set both C8Y_USER and C8Y_PASSWORD.',
    )
  return { kind: 'basic', user, password }
}
