import { type KeycloakServer, type StartedKeycloak, startKeycloak } from './keycloak/server.ts'
import { DEFAULT_VERSION } from './keycloak/version.ts'

/** The log with the answers of applications: ResourceAdminManager at DEBUG, as kc-logout help evidence says. */
export const ANSWERS_LOG = '--log-level=info,org.keycloak.services.managers.ResourceAdminManager:debug'

/**
 * A Keycloak whose log has the answers of applications: that of this run; a server of its own if it needs further
 * arguments or another version, or if the log of that one cannot be read.
 */
export async function keycloakWithAnswers(
  shared: KeycloakServer,
  { args = [], version = DEFAULT_VERSION }: { args?: readonly string[]; version?: string | undefined },
): Promise<StartedKeycloak> {
  const isEnough = args.length === 0 && shared.logFile !== undefined && shared.version === version
  return isEnough && version === DEFAULT_VERSION
    ? { ...shared, pid: undefined, stop: async () => {} }
    : startKeycloak({ args: [ANSWERS_LOG, ...args], version })
}
