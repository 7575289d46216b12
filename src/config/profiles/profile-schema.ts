import * as v from 'valibot'
import { usageError } from '../../errors.ts'
import { checkInput, filledText } from '../../util/check-input.ts'
import { kcLogout } from '../../util/shown-command.ts'
import type { Located } from '../files/yaml-file.ts'
import { isProfileName } from './profile-name.ts'

/** How a profile's user or client signed in. */
export const SIGN_INS = ['password', 'device', 'client-secret', 'client-key', 'client-cert', 'kcadm'] as const
export type SignIn = (typeof SIGN_INS)[number]

/** A profile as its file holds it: no secrets, paths as they were written. */
export interface FiledProfile {
  readonly name: string
  readonly server?: string
  readonly realm?: string
  readonly loginRealm?: string
  readonly clientId?: string
  readonly username?: string
  readonly signIn?: SignIn
  readonly clientKey?: string
  readonly clientCert?: string
  readonly kcadmConfig?: string
  readonly caFile?: string
  readonly insecure?: boolean
  readonly allowHttp?: boolean
  /** Accepted findings of `doctor`: `CODE` or `CODE:client-id`. */
  readonly accept?: readonly string[]
}

export interface ProfileFile {
  readonly path: string
  readonly active: string | undefined
  readonly profiles: readonly FiledProfile[]
}

const REMOVE_IT = 'Remove it: `kc-logout login` keeps secrets in a file of their own.'
const SHAPE = 'For example: profiles: { prod: { server: https://keycloak.example.com, realm: customers } }'
/** Keys that hold secrets and do not belong in this file. */
const SECRET_KEYS = /^(password|client-?secret|secret|token|(access|refresh)-?token)$/i
const HOLDS_PASSWORD = /:\/\/[^/?#]*@/

const text = v.optional(filledText())
const flag = v.optional(v.boolean('true or false'))

/** The keys are the names of the options. */
const PROFILE = v.strictObject(
  {
    server: v.optional(
      v.pipe(
        filledText(),
        v.check((url) => !HOLDS_PASSWORD.test(url), `holds a username or password\n${REMOVE_IT}`),
      ),
    ),
    realm: text,
    'login-realm': text,
    'client-id': text,
    username: text,
    'sign-in': v.optional(v.picklist(SIGN_INS, `one of ${SIGN_INS.join(', ')}`)),
    'client-key': text,
    'client-cert': text,
    'kcadm-config': text,
    'ca-file': text,
    insecure: flag,
    'allow-http': flag,
    accept: v.optional(v.array(filledText(), 'a list of texts')),
  },
  `a set of keys\n${SHAPE}`,
)
type Keys = v.InferOutput<typeof PROFILE>

const FILE = v.nullable(
  v.strictObject(
    {
      active: v.nullish(filledText()),
      profiles: v.nullish(
        v.record(
          v.pipe(
            v.string(),
            v.check(
              isProfileName,
              'is not a valid profile name\nUse lower-case letters, digits, dots, dashes and underscores.',
            ),
          ),
          v.nullish(PROFILE),
          `a set of keys\n${SHAPE}`,
        ),
      ),
    },
    `a set of keys\n${SHAPE}`,
  ),
)

/**
 * The profiles in a parsed file. Each unknown key, wrong type and invalid name is an error with line and column, and
 * so is a key that would hold a secret.
 * @throws {UserError} `profile-invalid` (2)
 */
export function parseProfiles(file: Located, path: string): ProfileFile {
  const { output, problems } = checkInput(FILE, file.value, {
    unknownKey: (key) =>
      SECRET_KEYS.test(key) ? { problem: 'does not belong here', hint: REMOVE_IT } : undefined,
  })
  if (problems) {
    const [{ path: at, message, hint }] = problems
    throw usageError('profile-invalid', `${file.at(at)}: ${message}.`, hint ?? SHAPE)
  }
  const profiles = Object.entries(output?.profiles ?? {}).map(([name, keys]) => profileOf(name, keys ?? {}))
  const active = output?.active ?? undefined
  if (active !== undefined && !profiles.some(({ name }) => name === active)) {
    throw usageError(
      'profile-invalid',
      `${file.at(['active'])}: the active profile ${JSON.stringify(active)} is not in this file.`,
      kcLogout`profile use NAME`,
    )
  }
  return { path, active, profiles }
}

const KEY_OF = {
  server: 'server',
  realm: 'realm',
  loginRealm: 'login-realm',
  clientId: 'client-id',
  username: 'username',
  signIn: 'sign-in',
  clientKey: 'client-key',
  clientCert: 'client-cert',
  kcadmConfig: 'kcadm-config',
  caFile: 'ca-file',
  insecure: 'insecure',
  allowHttp: 'allow-http',
  accept: 'accept',
} as const satisfies Record<Exclude<keyof FiledProfile, 'name'>, keyof Keys>
const KEYS = Object.entries(KEY_OF) as readonly [keyof typeof KEY_OF, keyof Keys][]

const profileOf = (name: string, keys: Keys): FiledProfile => ({
  name,
  ...Object.fromEntries(
    KEYS.flatMap(([field, key]) => (keys[key] === undefined ? [] : [[field, keys[key]]])),
  ),
})

/** A profile under the keys of its file, in their order. */
export const keyed = (profile: FiledProfile): Record<string, unknown> =>
  Object.fromEntries(
    KEYS.flatMap(([field, key]) => (profile[field] === undefined ? [] : [[key, profile[field]]])),
  )
