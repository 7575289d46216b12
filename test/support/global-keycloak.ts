import type { TestProject } from 'vitest/node'
import { adminOf } from './admin.ts'
import { ANSWERS_LOG } from './answers-log.ts'
import { type KeycloakServer, startKeycloak } from './keycloak/server.ts'
import { DEFAULT_VERSION } from './keycloak/version.ts'
import { QUICK_PASSWORDS } from './realm.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** `inject('keycloak')`: the one server of this run. */
    keycloak: KeycloakServer
  }
}

/** One Keycloak for the whole run of the live tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const say = (line: string) => void process.stderr.write(`${line}\n`)
  const { KC_LOGOUT_TEST_KEYCLOAK_VERSION: version, KC_LOGOUT_TEST_KEYCLOAK_HOME: home } = process.env
  const isDefault = !home && (!version || version === DEFAULT_VERSION)
  const begun = Date.now()
  const { stop, pid, ...keycloak } = await startKeycloak({ log: say, args: isDefault ? [ANSWERS_LOG] : [] })
  const how =
    pid === undefined ? 'was running already' : `started in ${Math.round((Date.now() - begun) / 1000)} s`
  say(`Keycloak ${keycloak.version} at ${keycloak.url}, ${how}`)
  // The administrator's own sign-ins, one for each command that a test runs.
  if (pid !== undefined) await adminOf(keycloak).put('/master', { passwordPolicy: QUICK_PASSWORDS })
  project.provide('keycloak', keycloak)
  return stop
}
