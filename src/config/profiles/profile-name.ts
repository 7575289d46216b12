import { usageError } from '../../errors.ts'

/** Names that Windows reserves for devices, with any file extension. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/

/** Can this name a profile and its files? Lower case, for file systems that ignore case. */
export function isProfileName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,62}$/.test(name) && !name.endsWith('.') && !DEVICES.test(name)
}

/** @throws {UserError} `bad-profile-name` (2) */
export function requireProfileName(name: string, source: string): void {
  if (isProfileName(name)) return
  throw usageError(
    'bad-profile-name',
    `${JSON.stringify(name).slice(0, 80)} (from ${source}) is not a valid profile name.`,
    'Use lower-case letters, digits, dots, dashes and underscores, for example "prod".',
  )
}

/** A profile name from the server's host. */
export function profileNameFor(server: string): string {
  const name = new URL(server).hostname.replaceAll(/[^a-z0-9._-]/g, '')
  return isProfileName(name) ? name : 'default'
}
