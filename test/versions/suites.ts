/** The live suites that every version of Keycloak has to pass, and what a row of the matrix calls them. */
export const SUITES = [
  { file: 'test/live/keycloak-contract.test.ts', name: 'what the program relies on' },
  { file: 'test/live/user.test.ts', name: '`user`' },
  { file: 'test/live/all.test.ts', name: '`all`' },
  { file: 'test/live/sessions.test.ts', name: '`sessions`' },
  { file: 'test/live/configure.test.ts', name: '`configure`' },
  { file: 'test/live/events.test.ts', name: '`events`' },
  { file: 'test/live/roles.test.ts', name: 'the least roles' },
  { file: 'test/live/differences.test.ts', name: 'what versions do differently' },
] as const
