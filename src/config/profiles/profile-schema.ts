import { isRecord } from '../../util/is-record.ts'
import { usageError } from '../../errors.ts'
import { didYouMean } from '../../util/suggest.ts'
import type { Located } from '../files/yaml-file.ts'
import { isProfileName } from './profile-name.ts'

/** How a profile's sign-in came about. */
export const SIGN_INS = ['password', 'device', 'client-secret', 'client-key', 'client-cert', 'kcadm'] as const
export type SignIn = (typeof SIGN_INS)[number]

/** A profile as its file holds it: no secrets. Paths are as they were written. */
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
  /** Findings of `doctor` that are known and wanted: `CODE` or `CODE:client-id`. */
  readonly accept?: readonly string[]
}

export interface ProfileFile {
  readonly path: string
  readonly active: string | undefined
  readonly profiles: readonly FiledProfile[]
}

type Kind = 'text' | 'truth' | 'texts' | 'sign-in'
type Field = Exclude<keyof FiledProfile, 'name'>
/** The keys are the names of the flags. */
const KEYS: Readonly<Record<string, readonly [Field, Kind]>> = {
  server: ['server', 'text'],
  realm: ['realm', 'text'],
  'login-realm': ['loginRealm', 'text'],
  'client-id': ['clientId', 'text'],
  username: ['username', 'text'],
  'sign-in': ['signIn', 'sign-in'],
  'client-key': ['clientKey', 'text'],
  'client-cert': ['clientCert', 'text'],
  'kcadm-config': ['kcadmConfig', 'text'],
  'ca-file': ['caFile', 'text'],
  insecure: ['insecure', 'truth'],
  'allow-http': ['allowHttp', 'truth'],
  accept: ['accept', 'texts'],
}
/** What somebody may write here though it belongs elsewhere. */
const SECRET_KEYS = /^(password|client-?secret|secret|token|(access|refresh)-?token)$/i
const HOLDS_PASSWORD = /:\/\/[^/?#]*@/
const TAKE_IT_OUT = 'Take it out: `kc-logout login` keeps secrets in a file of their own.'

/**
 * Judges a parsed file of profiles: every key, type and name that is not known is a problem, with its line and column.
 * Never holds a secret: such a key is refused.
 * @throws {UserError} `profile-invalid` (2)
 */
export function parseProfiles(placed: Located, path: string): ProfileFile {
  const { value } = placed
  const invalid = (at: readonly string[], message: string, hint = SHAPE) =>
    usageError('profile-invalid', `${placed.at(at)}: ${message}`, hint)
  const requireMap = (found: unknown, at: readonly string[], what: string): Record<string, unknown> => {
    if (isRecord(found)) return found
    throw invalid(at, `${what} is ${kindOf(found)}, not a set of keys.`)
  }
  const requireKnown = (key: string, known: readonly string[], at: readonly string[]) => {
    if (known.includes(key)) return
    if (SECRET_KEYS.test(key)) throw invalid(at, `${key} does not belong here.`, TAKE_IT_OUT)
    const meant = didYouMean(key, known)
    throw invalid(
      at,
      `${JSON.stringify(key)} is not known.`,
      meant ? `Did you mean ${meant}?` : `Known are: ${known.join(', ')}.`,
    )
  }

  // An empty file, or one of comments.
  if (value === null) return { path, active: undefined, profiles: [] }
  const root = requireMap(value, [], 'It')
  for (const key of Object.keys(root)) requireKnown(key, ['active', 'profiles'], [key])
  const listed =
    root.profiles === undefined || root.profiles === null
      ? {}
      : requireMap(root.profiles, ['profiles'], 'profiles')
  const profiles = Object.entries(listed).map(([name, entry]): FiledProfile => {
    const at = ['profiles', name]
    if (!isProfileName(name))
      throw invalid(
        at,
        `${JSON.stringify(name)} is no name of a profile.`,
        'Use lower-case letters, digits, dots, dashes and underscores.',
      )
    const profile: Record<string, unknown> = { name }
    for (const [key, found] of Object.entries(requireMap(entry ?? {}, at, name))) {
      requireKnown(key, Object.keys(KEYS), [...at, key])
      const [field, kind] = KEYS[key] as readonly [Field, Kind]
      const problem = problemOf(found, kind)
      if (problem) throw invalid([...at, key], `${key} ${problem}.`)
      if (key === 'server' && HOLDS_PASSWORD.test(String(found)))
        throw invalid([...at, key], 'server holds a username or password.', TAKE_IT_OUT)
      profile[field] = found
    }
    return profile as unknown as FiledProfile
  })
  const { active } = root
  if (active !== undefined && active !== null && !profiles.some(({ name }) => name === active))
    throw invalid(
      ['active'],
      `active names ${JSON.stringify(active)}, which is no profile of this file.`,
      'kc-logout profile use NAME',
    )
  return { path, active: typeof active === 'string' ? active : undefined, profiles }
}

const SHAPE = 'It looks so: profiles: { prod: { server: https://keycloak.example.com, realm: customers } }'

function problemOf(value: unknown, kind: Kind): string | undefined {
  switch (kind) {
    case 'text':
      return typeof value === 'string' && value !== '' ? undefined : `is ${kindOf(value)}, not a text`
    case 'truth':
      return typeof value === 'boolean' ? undefined : `is ${kindOf(value)}, neither true nor false`
    case 'texts':
      return Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '')
        ? undefined
        : 'is no list of texts'
    case 'sign-in':
      return SIGN_INS.some((known) => known === value) ? undefined : `is none of ${SIGN_INS.join(', ')}`
  }
}

/** A profile with the keys of its file, in their order. */
export const keyed = (profile: FiledProfile): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(KEYS).flatMap(([key, [field]]) =>
      profile[field] === undefined ? [] : [[key, profile[field]]],
    ),
  )

const kindOf = (value: unknown): string => {
  if (value === null || value === '') return 'empty'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object'
    ? 'a set of keys'
    : typeof value === 'string'
      ? 'a text'
      : `the ${typeof value} ${String(value)}`
}
