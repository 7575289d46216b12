/** The live suites that every version of Keycloak has to pass, and what a row of the matrix calls them. */
export const SUITES = [
  { file: 'test/live/keycloak-contract.test.ts', name: 'what the program relies on' },
  { file: 'test/live/user.test.ts', name: '`user`' },
  { file: 'test/live/all.test.ts', name: '`all`' },
  { file: 'test/live/sessions.test.ts', name: '`sessions`' },
  { file: 'test/live/offline.test.ts', name: 'offline sessions' },
  { file: 'test/live/configure.test.ts', name: '`configure`' },
  { file: 'test/live/events.test.ts', name: '`events`' },
  { file: 'test/live/roles.test.ts', name: 'the least roles' },
  { file: 'test/live/differences.test.ts', name: 'what versions do differently' },
] as const

/** The file of a suite that was named as its file is, `user` for test/live/user.test.ts. */
export function fileOf(name: string): string {
  const found = SUITES.find(({ file }) => file === `test/live/${name}.test.ts`)
  if (found) return found.file
  const names = SUITES.map(({ file }) => file.replace(/^test\/live\/|\.test\.ts$/g, ''))
  throw new Error(`"${name}" is no suite of the versions. There are: ${names.join(', ')}`)
}
