import { lstat, readFile, realpath } from 'node:fs/promises'
import { platform } from 'node:os'
import { join } from 'node:path'
import { closest } from '../core/configure/closest.ts'
import { EXIT, UserError, usageError } from '../errors.ts'
import { writePrivate } from './private-file.ts'
import { isProfileName } from './profile-name.ts'
import type { Placed } from './structured-file.ts'

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
const LARGEST = 1024 * 1024
const HEAD = `# The profiles of kc-logout (docs/commands.md, "Profiles"). Secrets are not kept here.\n`

export const profilePath = (folder: string): string => join(folder, 'profiles.yaml')

/**
 * Reads the file of profiles; one without any when there is none. Everything in it is checked, whichever profile is
 * used. Never holds a secret: such a key is refused.
 * @throws {UserError} `profile-invalid`, `file-invalid` (2) with line and column; `unsafe-profile-file` (4)
 */
export async function readProfiles(folder: string): Promise<ProfileFile> {
  const path = profilePath(folder)
  const text = await textOf(path)
  if (text === undefined) return { path, active: undefined, profiles: [] }
  return validated(await placed(text, path), path)
}

/**
 * Changes profiles, keeping what somebody wrote around them. The whole is checked again before it is written.
 * @param changes a profile to put in the place of the one of its name, or just a name to take it away
 * @param active the profile that is to be used from now on; `undefined` leaves it, null for none
 */
export async function changeProfiles(
  folder: string,
  changes: readonly (FiledProfile | string)[],
  active: string | null | undefined,
): Promise<void> {
  const path = profilePath(folder)
  const text = (await textOf(path)) ?? HEAD
  const present = await placed(text, path)
  const { profiles, active: before } = validated(present, path)
  const edits: { path: string[]; value: unknown }[] = []
  if (active !== undefined && (active ?? undefined) !== before)
    edits.push({ path: ['active'], value: active ?? undefined })
  for (const change of changes) {
    const name = typeof change === 'string' ? change : change.name
    if (typeof change !== 'string') edits.push({ path: ['profiles', name], value: keyed(change) })
    else if (profiles.length === 1) edits.push({ path: ['profiles'], value: undefined })
    else edits.push({ path: ['profiles', name], value: undefined })
  }
  const edited = present.edited(edits)
  validated(await placed(edited, path), path)
  // Somebody may keep it elsewhere behind a link: then that file is written.
  await writePrivate(await realpath(path).catch(() => path), edited)
}

/** The profile of a name. @throws {UserError} `no-such-profile` (2) with what there is */
export function profileNamed({ profiles, path }: ProfileFile, name: string, source: string): FiledProfile {
  const found = profiles.find((profile) => profile.name === name)
  if (found) return found
  const names = profiles.map((profile) => profile.name)
  const meant = closest(name, names)
  throw usageError(
    'no-such-profile',
    `There is no profile ${JSON.stringify(name)} (from ${source}) in ${path}.`,
    meant
      ? `Did you mean ${meant}? \`kc-logout profile list\` shows them.`
      : names.length > 0
        ? `There are: ${names.join(', ')}.`
        : 'kc-logout login makes one.',
  )
}

/** The YAML library is loaded only where there is a file. */
async function placed(text: string, path: string): Promise<Placed> {
  const { parsePlaced } = await import('./structured-file.ts')
  return parsePlaced(text, path)
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    const { mode, size } = await lstat(await realpath(path))
    if (platform() !== 'win32' && (mode & 0o002) !== 0) {
      throw new UserError('unsafe-profile-file', `${path} may be written by everybody.`, {
        exitCode: EXIT.denied,
        hint: `chmod 600 ${path}; look whether what it says is yours: it decides where you sign in.`,
      })
    }
    if (size > LARGEST) throw usageError('too-large', `${path} holds more than 1 MB.`)
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (error instanceof UserError) throw error
    throw usageError(
      'not-readable',
      `Cannot read ${path} (${String(code)}).`,
      'KC_LOGOUT_CONFIG_DIR names another folder.',
    )
  }
}

function validated(placed: Placed, path: string): ProfileFile {
  const { value } = placed
  const invalid = (at: readonly string[], message: string, hint = SHAPE) =>
    usageError('profile-invalid', `${placed.at(at)}: ${message}`, hint)
  const requireMap = (found: unknown, at: readonly string[], what: string): Record<string, unknown> => {
    if (isRecord(found)) return found
    throw invalid(at, `${what} is ${kindOf(found)}, not a set of keys.`)
  }
  const requireKnown = (key: string, known: readonly string[], at: readonly string[]) => {
    if (known.includes(key)) return
    if (SECRET_KEYS.test(key))
      throw invalid(
        at,
        `${key} does not belong here.`,
        'Take it out: `kc-logout login` keeps secrets in a file of their own.',
      )
    const meant = closest(key, known)
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
const keyed = (profile: FiledProfile): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(KEYS).flatMap(([key, [field]]) =>
      profile[field] === undefined ? [] : [[key, profile[field]]],
    ),
  )

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kindOf = (value: unknown): string => {
  if (value === null || value === '') return 'empty'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object'
    ? 'a set of keys'
    : typeof value === 'string'
      ? 'a text'
      : `the ${typeof value} ${String(value)}`
}
