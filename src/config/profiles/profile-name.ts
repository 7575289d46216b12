import { usageError } from '../../errors.ts'

/** Names that Windows keeps for devices, whatever ending a file has. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/

/** A profile's name also names files: lower case, so that no two of them are one on any file system. */
export function isProfileName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,62}$/.test(name) && !name.endsWith('.') && !DEVICES.test(name)
}

/** @throws {UserError} `bad-profile-name` (2) */
export function requireProfileName(name: string, source: string): void {
  if (isProfileName(name)) return
  throw usageError(
    'bad-profile-name',
    `${JSON.stringify(name).slice(0, 80)} (from ${source}) is no name of a profile.`,
    'Use lower-case letters, digits, dots, dashes and underscores, such as "prod".',
  )
}

/** A name for a profile from its server's host. */
export function profileNameFor(server: string): string {
  const name = new URL(server).hostname.replaceAll(/[^a-z0-9._-]/g, '')
  return isProfileName(name) ? name : 'default'
}
