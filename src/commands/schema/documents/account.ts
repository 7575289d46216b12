import {
  boolean,
  document,
  list,
  map,
  nullable,
  object,
  oneOf,
  optional,
  ref,
  string,
  time,
} from '../build.ts'
import { COMMAND_ALLOWED, KEPT, NOT_VISIBLE, SEES_ALL_CLIENTS, SIGN_INS } from './common.ts'

const unknown = (description: string) => nullable(string(description))

export const login = document('kc-logout login --json', 'A sign-in', {
  profile: string('The profile that it is kept in'),
  file: string('The file of profiles'),
  server: string('Address of Keycloak'),
  realm: unknown('The realm that commands use; null if none is stored'),
  loginRealm: string('Realm signed in to'),
  clientId: string('Client that signs in'),
  username: unknown('Username; null for a client'),
  signIn: oneOf('How it signs in', ...SIGN_INS),
  expires: nullable(time('End of the sign-in unless it is used; null without an end')),
  kept: list('Files with secrets', object('A file', KEPT)),
})

export const whoami = document(
  'kc-logout whoami --json',
  'Who is signed in, and which commands the roles allow',
  {
    server: string('Address of Keycloak'),
    realm: unknown('The realm that commands use'),
    loginRealm: string('Realm signed in to'),
    username: unknown('Username'),
    clientId: unknown('Client that signs in'),
    expires: nullable(time('When to sign in again; null if unknown')),
    sources: map('Where each value came from', { type: 'string' }),
    commands: list('Which commands the roles allow', ref(COMMAND_ALLOWED)),
    seesAllClients: optional(SEES_ALL_CLIENTS),
    notVisible: optional(NOT_VISIBLE),
  },
  [COMMAND_ALLOWED],
)

const FILE = string('The file of profiles')

export const profileList = document('kc-logout profile list --json', 'The profiles', {
  file: FILE,
  profiles: list(
    'One entry for each profile',
    object('A profile', {
      name: string('Name'),
      active: boolean('It is used unless another one is named'),
      server: unknown('Address of Keycloak'),
      realm: unknown('The realm'),
      username: unknown('Username'),
      clientId: string('Client that signs in'),
      signIn: nullable(oneOf('How it signs in', ...SIGN_INS)),
    }),
  ),
})

export const profileShow = document('kc-logout profile show --json', 'What the next command uses', {
  profile: unknown('The profile; null if none is used'),
  file: FILE,
  values: list(
    'Each value',
    object('A value', {
      name: string('Name of the setting'),
      value: string('Value; `(secret)` for a secret'),
      source: string('Where it came from'),
    }),
  ),
  kept: list(
    'Files with secrets',
    object('A file', { ...KEPT, until: nullable(time('End of the session; null without an end')) }),
  ),
})

export const profileUse = document('kc-logout profile use --json', 'The active profile', {
  active: string('Name'),
  file: FILE,
})

export const profileRemove = document('kc-logout profile remove --json', 'A removed profile', {
  removed: string('Name'),
  sessionEnded: nullable(boolean('Its session at Keycloak was ended; null if there was none')),
  file: FILE,
})
