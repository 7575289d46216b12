import { fileURLToPath } from 'node:url'
import { describe, expect, inject, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'

const HOOK = fileURLToPath(new URL('../support/loaded-modules.cjs', import.meta.url))

/** The names of what a run loaded of Node itself. */
async function loaded(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const { stderr } = await runCli(args, { env: { ...env, NODE_OPTIONS: `--require=${HOOK}` } })
  const [, names] = /^loaded: (.*)$/m.exec(stderr) ?? []
  if (names === undefined) throw new Error(`nothing is known of what was loaded: ${stderr}`)
  return names.split(', ').map((name) => name.replace(/^\w+ /, ''))
}

describe('what costs milliseconds is not loaded where it is not needed', () => {
  it('fetch and TLS, for a server on plain http', async () => {
    const { url, admin } = inject('keycloak')
    const modules = await loaded(['whoami', '-r', 'master'], {
      KC_LOGOUT_SERVER: url,
      KC_LOGOUT_USERNAME: admin.username,
      KC_LOGOUT_PASSWORD: admin.password,
    })
    expect(modules).toContain('http')
    expect(modules).not.toEqual(expect.arrayContaining([expect.stringMatching(/undici|^_?tls|^https$/)]))
    expect(modules).not.toContain('child_process')
  })

  it('the network, for --version', async () => {
    expect(await loaded(['--version'])).not.toContain('net')
  })
})
