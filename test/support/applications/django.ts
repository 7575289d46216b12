import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from '../keycloak/distribution.ts'
import { run } from '../keycloak/tools.ts'
import type { Application } from './application.ts'
import { type ClientOfApplication, startProgram } from './program.ts'

const SOURCES = fileURLToPath(new URL('../../applications/django', import.meta.url))
/** Where the snippet says that its second part belongs. */
const MODULE = '# yourproject/oidc.py\n'

export interface DjangoOptions {
  /** Looks the person up again at Keycloak after so many seconds (`SessionRefresh`). */
  readonly renewSeconds?: number
  /** What `kc-logout logout-url --snippet django` prints for this application's own URL. */
  readonly snippet?: (url: string) => Promise<string>
}

/** A Django application with mozilla-django-oidc. */
export async function startDjango(
  client: ClientOfApplication,
  { renewSeconds, snippet }: DjangoOptions = {},
): Promise<Application> {
  const python = await environment()
  return startProgram(async ({ folder, port, url }) => {
    await cp(SOURCES, folder, { recursive: true })
    if (snippet) {
      const [settings = '', module = ''] = (await snippet(url)).split(MODULE)
      await appendFile(join(folder, 'yourproject', 'settings.py'), `\n${settings}`)
      await writeFile(join(folder, 'yourproject', 'oidc.py'), module)
    }
    const env = {
      DJANGO_SETTINGS_MODULE: 'yourproject.settings',
      PYTHONPATH: folder,
      PYTHONDONTWRITEBYTECODE: '1',
      OIDC_ISSUER: client.issuer,
      OIDC_CLIENT_ID: client.clientId,
      OIDC_CLIENT_SECRET: client.secret,
      ...(renewSeconds === undefined ? {} : { OIDC_RENEW_SECONDS: String(renewSeconds) }),
    }
    await run(python, ['-m', 'django', 'migrate', '--verbosity', '0'], {
      cwd: folder,
      env: { ...process.env, ...env },
    })
    return {
      command: python,
      args: ['-m', 'django', 'runserver', '--noreload', `127.0.0.1:${port}`],
      env,
    }
  })
}

/** A Python that has what requirements.txt names, outside of the repository. */
async function environment(): Promise<string> {
  const requirements = join(SOURCES, 'requirements.txt')
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12)
  const folder = join(cacheFolder(), `django-${hash}`)
  const python = join(folder, 'bin', 'python')
  const done = join(folder, 'complete')
  if (existsSync(done)) return python
  await mkdir(cacheFolder(), { recursive: true })
  await rm(folder, { recursive: true, force: true })
  await run('python3', ['-m', 'venv', folder])
  await run(python, ['-m', 'pip', 'install', '-q', '-r', requirements])
  await writeFile(done, '')
  return python
}
