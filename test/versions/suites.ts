/** The live suites that every version of Keycloak must pass, with their row names in the table. */
export const SUITES = [
  { file: 'test/live/keycloak-contract.test.ts', name: 'assumptions about Keycloak' },
  { file: 'test/live/user.test.ts', name: '`user`' },
  { file: 'test/live/all.test.ts', name: '`all`' },
  { file: 'test/live/sessions.test.ts', name: '`sessions`' },
  { file: 'test/live/choosing-users.test.ts', name: 'choosing users' },
  { file: 'test/live/offline.test.ts', name: 'offline sessions' },
  { file: 'test/live/configure.test.ts', name: '`configure`' },
  { file: 'test/live/events.test.ts', name: '`events`' },
  { file: 'test/live/roles.test.ts', name: 'minimal roles' },
  { file: 'test/live/drill.test.ts', name: '`drill`' },
  { file: 'test/live/differences.test.ts', name: 'differences between versions' },
] as const

/** Returns the file of a suite, test/live/user.test.ts for `user`. */
export function fileOf(name: string): string {
  const found = SUITES.find(({ file }) => file === `test/live/${name}.test.ts`)
  if (found) return found.file
  const names = SUITES.map(({ file }) => file.replace(/^test\/live\/|\.test\.ts$/g, ''))
  throw new Error(`"${name}" is not a suite. Suites: ${names.join(', ')}`)
}
