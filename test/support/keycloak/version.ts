import { join } from 'node:path'

/** The version that tests start by default. */
export const DEFAULT_VERSION = '26.7.4'

/** From 17 on Keycloak is a Quarkus application started by kc.sh; before, it ran on WildFly under /auth. */
const FIRST_QUARKUS = 17
const FIRST_MANAGEMENT_PORT = 25
const FIRST_BOOTSTRAP_ADMIN = 26
const FIRST_WILDFLY_ZIP = 13

/** Ports of WildFly, all moved by one offset: http, https, management, ajp, two for transactions. */
export const WILDFLY_PORTS = [8080, 8443, 9990, 8009, 4712, 4713] as const

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** How a home of a version is started. */
export interface Launch {
  /** Run before the start. */
  readonly prepare: readonly string[] | undefined
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly url: string
}

export function majorOf(version: string): number {
  const major = /^(\d+)\./.exec(version)?.[1]
  if (!major) throw new Error(`"${version}" is not a version of Keycloak such as ${DEFAULT_VERSION}`)
  return Number(major)
}

export function runsOnQuarkus(version: string): boolean {
  return majorOf(version) >= FIRST_QUARKUS
}

/** The distribution as `group:artifact:version:packaging`; 12 exists only as tar.gz. */
export function artifactOf(version: string): string {
  const artifact = runsOnQuarkus(version) ? 'keycloak-quarkus-dist' : 'keycloak-server-dist'
  const packaging = majorOf(version) < FIRST_WILDFLY_ZIP ? 'tar.gz' : 'zip'
  return `org.keycloak:${artifact}:${version}:${packaging}`
}

/** The command that starts a Quarkus distribution: with its data in memory, or as in production, which needs `--db`. */
export function quarkusLaunch(
  version: string,
  home: string,
  ports: { readonly http: number; readonly management: number },
  admin: Credentials,
  production = false,
): Launch {
  const major = majorOf(version)
  const names =
    major >= FIRST_BOOTSTRAP_ADMIN
      ? (['KC_BOOTSTRAP_ADMIN_USERNAME', 'KC_BOOTSTRAP_ADMIN_PASSWORD'] as const)
      : (['KEYCLOAK_ADMIN', 'KEYCLOAK_ADMIN_PASSWORD'] as const)
  return {
    prepare: undefined,
    command: join(home, 'bin', 'kc.sh'),
    args: [
      ...(production
        ? ['start', '--http-enabled=true', '--hostname-strict=false']
        : ['start-dev', '--db=dev-mem']),
      '--http-host=127.0.0.1',
      `--http-port=${ports.http}`,
      ...(major >= FIRST_MANAGEMENT_PORT ? [`--http-management-port=${ports.management}`] : []),
    ],
    env: { [names[0]]: admin.username, [names[1]]: admin.password },
    url: `http://127.0.0.1:${ports.http}`,
  }
}

/** The command that starts a WildFly distribution, which keeps its data in its home. */
export function wildflyLaunch(home: string, offset: number, admin: Credentials): Launch {
  const bin = join(home, 'bin')
  return {
    prepare: [join(bin, 'add-user-keycloak.sh'), '-r', 'master', '-u', admin.username, '-p', admin.password],
    command: join(bin, 'standalone.sh'),
    args: ['-b', '127.0.0.1', '-bmanagement', '127.0.0.1', `-Djboss.socket.binding.port-offset=${offset}`],
    env: {},
    url: `http://127.0.0.1:${WILDFLY_PORTS[0] + offset}/auth`,
  }
}
