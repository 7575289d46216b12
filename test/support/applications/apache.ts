import { existsSync } from 'node:fs'
import { chmod, cp } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { run } from '../keycloak/tools.ts'
import type { Application } from './application.ts'
import { type ClientOfApplication, startProgram } from './program.ts'

const SOURCES = fileURLToPath(new URL('../../applications/apache', import.meta.url))
const MODULES = '/usr/lib/apache2/modules'

/** Debian's Apache with mod_auth_openidc. */
export function startApache(
  client: ClientOfApplication,
  sessions: 'server-cache' | 'client-cookie' = 'server-cache',
): Promise<Application> {
  if (!existsSync(`${MODULES}/mod_auth_openidc.so`))
    throw new Error(
      'This test needs Apache with mod_auth_openidc:\napt-get install apache2 libapache2-mod-auth-openidc',
    )
  return startProgram(async ({ folder, port }) => {
    await cp(SOURCES, folder, { recursive: true })
    // Its workers run as somebody else when it is started as root.
    await chmod(folder, 0o755)
    return {
      command: 'apache2',
      args: ['-f', `${folder}/apache.conf`, '-D', 'FOREGROUND'],
      env: {
        FOLDER: folder,
        PORT: String(port),
        MODULES,
        RUN_AS: 'www-data',
        ISSUER: client.issuer,
        CLIENT_ID: client.clientId,
        CLIENT_SECRET: client.secret,
        SESSION_TYPE: sessions,
      },
    }
  })
}

/** The version of the module that Debian installed, without Debian's own part. */
export async function apacheModuleVersion(): Promise<string> {
  const { stdout: packaged } = await run('dpkg-query', [
    '-W',
    '-f',
    '${Version}',
    'libapache2-mod-auth-openidc',
  ])
  return packaged.replace(/-.*/, '')
}

/** Where mod_auth_openidc takes logout tokens: its redirect URI, with a query. */
export const APACHE_LOGOUT_PATH = '/oidc?logout=backchannel'
