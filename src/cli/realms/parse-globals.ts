import type { Globals, RealmChoice } from '../../config/global-options.ts'
import { usageError } from '../../errors.ts'
import type { CommandEntry } from '../command.ts'

/** The options of every command as commander returns them: those that can name several realms are lists. */
export interface GivenGlobals extends Omit<Globals, 'realm' | 'profile' | 'several'> {
  readonly realm?: readonly string[] | undefined
  readonly realms?: readonly string[] | undefined
  readonly allRealms?: boolean | undefined
  readonly profile?: readonly string[] | undefined
}

/**
 * The global options of a command line.
 * @throws {UserError} `option-repeated`, `one-realm`, `contradiction` (2)
 */
export function parseGlobals(
  given: GivenGlobals,
  command: Pick<CommandEntry, 'name' | 'severalRealms'>,
): Globals {
  const { realm, realms, allRealms, profile, ...rest } = given
  const several = choiceOf(given)
  if (several === undefined)
    return { ...rest, ...(realm ? { realm: realm[0] } : {}), ...(profile ? { profile: profile[0] } : {}) }
  if (command.severalRealms)
    return { ...rest, several, ...(profile?.length === 1 ? { profile: profile[0] } : {}) }
  if (several.by === '-r' || several.by === '--profile')
    throw usageError(
      'option-repeated',
      `${several.by === '-r' ? '--realm' : '--profile'} is given twice.`,
      'It takes one value: give it once.',
    )
  throw usageError(
    'one-realm',
    `${command.name} works on one realm: ${several.by} is not possible.`,
    'Give -r REALM. Several realms: user, all, sessions, doctor, configure --check.',
  )
}

function choiceOf({
  realm = [],
  realms = [],
  allRealms,
  profile = [],
}: GivenGlobals): RealmChoice | undefined {
  const profiles = profile.length > 1
  const given = [
    ...(realm.length > 0 ? ['-r'] : []),
    ...(realms.length > 0 ? ['--realms'] : []),
    ...(allRealms ? ['--all-realms'] : []),
    ...(profiles ? ['several --profile'] : []),
  ]
  if (given.length > 1)
    throw usageError(
      'contradiction',
      `${given.join(' and ')} contradict each other.`,
      'Name the realms in one way: -r for each, --realms with a pattern, --all-realms, or --profile for each.',
    )
  if (allRealms) return { by: '--all-realms' }
  if (realms.length > 0) return { by: '--realms', patterns: realms }
  if (profiles) return { by: '--profile', profiles: [...new Set(profile)] }
  return realm.length > 1 ? { by: '-r', names: [...new Set(realm)] } : undefined
}
