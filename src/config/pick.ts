import type { Files } from '../runtime/file-access.ts'
import { notEmpty } from './checks.ts'
import { fileSecret, givenSecret } from './secrets.ts'
import type { Environment, FileSecret, ProfileValues, Secret, Setting } from './settings.ts'

/** Precedence of the sources of a value: the lowest rank wins (docs/reference/connection.md). */
export const RANK = { option: 0, own: 1, profile: 2, others: 3, default: 4 } as const
export type Rank = (typeof RANK)[keyof typeof RANK]

/** A value with the rank of its source. */
export interface Ranked<T> {
  readonly rank: Rank
  readonly value: T
}

/** Where values come from, other than the options themselves. */
export interface Sources {
  readonly env: Environment
  readonly profile: ProfileValues | undefined
  readonly read: Files['read']
}

/** The server that secrets would be sent to, and whether the profile names it. */
export interface SecretTarget {
  readonly origin: string | undefined
  readonly fromProfile: boolean
}

export const profileSource = ({ name }: ProfileValues): string => `profile "${name}"`

interface TextSources {
  readonly option: readonly [name: string, value: string | undefined]
  /** kc-logout's own variable. */
  readonly own?: string
  readonly stored: string | undefined
  /** Variables of other Keycloak tools. */
  readonly others?: readonly string[]
}

/** The first source that has a text. @throws {UserError} `empty-value` (2) for an empty option */
export function pickText(
  { env, profile }: Sources,
  { option: [name, value], own, stored, others = [] }: TextSources,
): Ranked<Setting> | undefined {
  if (value !== undefined) return ranked(RANK.option, notEmpty(name, value), name)
  if (own && env[own]) return ranked(RANK.own, env[own], own)
  if (stored && profile) return ranked(RANK.profile, stored, profileSource(profile))
  for (const other of others) if (env[other]) return ranked(RANK.others, env[other], other)
  return undefined
}

const ranked = (rank: Rank, value: string, source: string): Ranked<Setting> => ({
  rank,
  value: { value, source },
})

interface SecretSources {
  readonly option: Secret | undefined
  readonly own: string
  readonly stored: Secret | undefined
  readonly others?: readonly string[]
  readonly kind?: 'secret' | 'token'
}

/** The first source that has a secret for this server. Reads no file yet. */
export function pickSecret(
  { env }: Sources,
  target: SecretTarget,
  { option, own, stored, others = [], kind = 'secret' }: SecretSources,
): Ranked<Secret> | undefined {
  if (option) return { rank: RANK.option, value: option }
  if (env[own]) return { rank: RANK.own, value: givenSecret(own, env[own], kind) }
  // A stored secret is only for the server that it was stored for.
  if (stored && (stored.origin === undefined || stored.origin === target.origin)) {
    return { rank: RANK.profile, value: stored }
  }
  // Another tool's variable was not set for the profile's server.
  if (target.fromProfile) return undefined
  for (const name of others) {
    if (env[name]) return { rank: RANK.others, value: givenSecret(name, env[name]) }
  }
  return undefined
}

interface FileSources {
  readonly option: readonly [name: string, path: string | undefined]
  readonly own: string
  readonly stored: string | undefined
}

/** The first source that names a file with a secret. A file of the profile is only for the profile's own server. */
export function pickFile(
  { env, profile, read }: Sources,
  { origin }: SecretTarget,
  { option: [name, path], own, stored }: FileSources,
): Ranked<FileSecret> | undefined {
  if (path !== undefined) return { rank: RANK.option, value: fileSecret(name, notEmpty(name, path), read) }
  if (env[own]) return { rank: RANK.own, value: fileSecret(own, env[own], read) }
  if (!stored || profile?.server === undefined || originOf(profile.server) !== origin) return undefined
  return { rank: RANK.profile, value: fileSecret(profileSource(profile), stored, read) }
}

const originOf = (server: string) => (URL.canParse(server) ? new URL(server).origin : undefined)
