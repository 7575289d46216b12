import { lstat, readFile, realpath } from 'node:fs/promises'
import { platform } from 'node:os'
import { join } from 'node:path'
import { EXIT, UserError, usageError } from '../../errors.ts'
import { errnoCode } from '../../util/errno.ts'
import { didYouMean } from '../../util/suggest.ts'
import { writePrivate } from '../files/private-file.ts'
import type { Located } from '../files/yaml-file.ts'
import { type FiledProfile, keyed, type ProfileFile, parseProfiles } from './profile-schema.ts'

const LARGEST = 1024 * 1024
const HEAD = `# The profiles of kc-logout (docs/reference/connection.md, "Profiles"). Secrets are not kept here.\n`

export const profilePath = (folder: string): string => join(folder, 'profiles.yaml')

/**
 * The file of profiles; without profiles where it is missing. All of it is checked, whichever profile is used.
 * @throws {UserError} `profile-invalid`, `file-invalid` (2) with line and column; `unsafe-profile-file` (4)
 */
export async function readProfiles(folder: string): Promise<ProfileFile> {
  const path = profilePath(folder)
  const text = await textOf(path)
  if (text === undefined) return { path, active: undefined, profiles: [] }
  return parseProfiles(await parsed(text, path), path)
}

/**
 * Changes profiles and keeps everything else in the file. The result is checked before it is written.
 * @param changes a profile to add or replace, or the name of one to remove
 * @param active the new active profile; `undefined` keeps the present one, null for none
 */
export async function changeProfiles(
  folder: string,
  changes: readonly (FiledProfile | string)[],
  active: string | null | undefined,
): Promise<void> {
  const path = profilePath(folder)
  const text = (await textOf(path)) ?? HEAD
  const present = await parsed(text, path)
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
  parseProfiles(await parsed(edited, path), path)
  // Write through a symbolic link.
  await writePrivate(await realpath(path).catch(() => path), edited)
}

/** The profile of this name. @throws {UserError} `no-such-profile` (2) with the known names */
export function profileNamed({ profiles, path }: ProfileFile, name: string, source: string): FiledProfile {
  const found = profiles.find((profile) => profile.name === name)
  if (found) return found
  const names = profiles.map((profile) => profile.name)
  const meant = didYouMean(name, names)
  throw usageError(
    'no-such-profile',
    `Profile ${JSON.stringify(name)} (from ${source}) is not in ${path}.`,
    meant
      ? `Did you mean ${meant}? \`kc-logout profile list\` shows all.`
      : names.length > 0
        ? `Known profiles: ${names.join(', ')}.`
        : '`kc-logout login` creates one.',
  )
}

/** Loads the YAML library only if there is a file. */
async function parsed(text: string, path: string): Promise<Located> {
  const { parseLocated } = await import('../files/yaml-file.ts')
  return parseLocated(text, path)
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    const { mode, size } = await lstat(await realpath(path))
    if (platform() !== 'win32' && (mode & 0o002) !== 0) {
      throw new UserError('unsafe-profile-file', `${path} is writable by every user.`, {
        exitCode: EXIT.denied,
        hint: `chmod 600 ${path}, and check its content: it decides where you sign in.`,
      })
    }
    if (size > LARGEST)
      throw usageError(
        'too-large',
        `${path} is larger than 1 MB.`,
        'Is it the file of profiles? Name another folder with KC_LOGOUT_CONFIG_DIR.',
      )
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = errnoCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (error instanceof UserError) throw error
    throw usageError(
      'not-readable',
      `Cannot read ${path} (${String(code)}).`,
      'Name another folder with KC_LOGOUT_CONFIG_DIR.',
    )
  }
}
