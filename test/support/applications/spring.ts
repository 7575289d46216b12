import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from '../keycloak/distribution.ts'
import { run } from '../keycloak/tools.ts'
import type { Application } from './application.ts'
import { type ClientOfApplication, startProgram } from './program.ts'

const SOURCES = fileURLToPath(new URL('../../applications/spring', import.meta.url))
const FILES = ['pom.xml', 'src/main/java/example/Application.java']

/** Where Spring Security takes logout tokens for the registration `keycloak`. */
export const SPRING_LOGOUT_PATH = '/logout/connect/back-channel/keycloak'

/** A Spring Boot application with `oidcLogout(backChannel)`; built by Maven once. */
export async function startSpring(client: ClientOfApplication): Promise<Application> {
  const jar = await built()
  const settings = {
    'client.registration.keycloak.client-id': client.clientId,
    'client.registration.keycloak.client-secret': client.secret,
    'client.registration.keycloak.scope': 'openid,profile',
    'client.provider.keycloak.issuer-uri': client.issuer,
    'client.provider.keycloak.user-name-attribute': 'preferred_username',
  }
  return startProgram(async ({ port }) => ({
    command: 'java',
    args: [
      '-Xmx256m',
      '-jar',
      jar,
      '--server.address=127.0.0.1',
      `--server.port=${port}`,
      ...Object.entries(settings).map(([name, value]) => `--spring.security.oauth2.${name}=${value}`),
    ],
  }))
}

/** The version of Spring Security that Maven put into the application. */
export async function springSecurityVersion(): Promise<string> {
  const { stdout: listing } = await run('jar', ['tf', await built()])
  return /spring-security-config-([\w.]+)\.jar/.exec(listing)?.[1] ?? 'unknown'
}

/** The application of these sources, outside of the repository. */
async function built(): Promise<string> {
  const hash = createHash('sha256')
  for (const file of FILES) hash.update(await readFile(join(SOURCES, file)))
  const jar = join(cacheFolder(), `spring-${hash.digest('hex').slice(0, 12)}.jar`)
  if (existsSync(jar)) return jar
  await mkdir(cacheFolder(), { recursive: true })
  const work = await mkdtemp(join(cacheFolder(), '.building-'))
  try {
    await cp(SOURCES, work, { recursive: true })
    await run('mvn', ['-q', '-B', 'package'], { cwd: work })
    await rename(join(work, 'target', 'application.jar'), jar)
    return jar
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
