import { fileURLToPath } from 'node:url'
import { expect, inject, test } from 'vitest'
import { runCli } from '../support/run-cli.ts'

const HOOK = fileURLToPath(new URL('../support/loaded-modules.cjs', import.meta.url))

/** The modules of Node that a run loaded. */
async function loaded(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const { stderr } = await runCli(args, { env: { ...env, NODE_OPTIONS: `--require=${HOOK}` } })
  const [, names] = /^loaded: (.*)$/m.exec(stderr) ?? []
  if (names === undefined) throw new Error(`no list of loaded modules: ${stderr}`)
  return names.split(', ').map((name) => name.replace(/^\w+ /, ''))
}

test('a command that calls Keycloak does not load undici, which costs more than the whole start', async () => {
  const { url, admin } = inject('keycloak')
  const modules = await loaded(['whoami', '-r', 'master'], {
    KC_LOGOUT_SERVER: url,
    KC_LOGOUT_USERNAME: admin.username,
    KC_LOGOUT_PASSWORD: admin.password,
  })
  expect(modules).toContain('http')
  expect(modules).not.toEqual(expect.arrayContaining([expect.stringMatching(/undici/)]))
})

test('--version loads neither HTTP nor TLS', async () => {
  const modules = await loaded(['--version'])
  expect(modules).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(https?|_?tls.*)$/)]))
})
