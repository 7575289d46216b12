import { lstat, readFile, realpath } from 'node:fs/promises'
import { platform } from 'node:os'
import { join } from 'node:path'
import { EXIT, UserError, usageError } from '../../errors.ts'
import { didYouMean } from '../../util/suggest.ts'
import { writePrivate } from '../files/private-file.ts'
import type { Located } from '../files/yaml-file.ts'
import { type FiledProfile, keyed, type ProfileFile, parseProfiles } from './profile-schema.ts'

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
  return parseProfiles(await placed(text, path), path)
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
  const { profiles, active: before } = parseProfiles(present, path)
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
  parseProfiles(await placed(edited, path), path)
  // Somebody may keep it elsewhere behind a link: then that file is written.
  await writePrivate(await realpath(path).catch(() => path), edited)
}

/** The profile of a name. @throws {UserError} `no-such-profile` (2) with what there is */
export function profileNamed({ profiles, path }: ProfileFile, name: string, source: string): FiledProfile {
  const found = profiles.find((profile) => profile.name === name)
  if (found) return found
  const names = profiles.map((profile) => profile.name)
  const meant = didYouMean(name, names)
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
async function placed(text: string, path: string): Promise<Located> {
  const { parsePlaced } = await import('../files/yaml-file.ts')
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
    if (size > LARGEST)
      throw usageError(
        'too-large',
        `${path} holds more than 1 MB.`,
        'Is it the file of profiles? KC_LOGOUT_CONFIG_DIR names another folder.',
      )
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
