import { type UserError, usageError } from '../../errors.ts'
import type { Directory, Group } from '../../keycloak/directory.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { notInRealm } from './not-in-realm.ts'

/** As many groups are compared with a name that does not exist. */
const MAX_SUGGESTIONS_READ = 1000

/**
 * The group with this path (`/staff/contractors`), or the only one with this name.
 * @throws {UserError} `group-not-found` (5), `ambiguous-group` (2)
 */
export async function findGroup(
  wanted: string,
  { directory, realm }: Pick<Keycloak, 'directory' | 'realm'>,
): Promise<Group> {
  const isPath = wanted.startsWith('/')
  const similar: Group[] = []
  // A name may contain a slash, also at its end: what follows the last one is a part of it.
  const part = isPath ? wanted.slice(wanted.lastIndexOf('/') + 1) : wanted
  for await (const group of directory.groups(part === '' ? '/' : part)) similar.push(group)
  const nameOf = ({ path, name }: Group) => (isPath ? path : name)
  const found = similar.filter((group) => nameOf(group) === wanted)
  const [group, ...others] = found
  if (!group)
    throw notInRealm('group', wanted, realm, [...similar, ...(await atTheTop(directory))].map(nameOf))
  if (others.length > 0) throw ambiguous(wanted, found)
  return group
}

/** The groups and all below them, each once. */
export async function* withSubgroups(
  groups: readonly Group[],
  directory: Pick<Directory, 'subgroups'>,
  seen = new Set<string>(),
): AsyncGenerator<Group> {
  for (const group of groups) {
    if (seen.has(group.id)) continue
    seen.add(group.id)
    yield group
    for await (const below of directory.subgroups(group)) yield* withSubgroups([below], directory, seen)
  }
}

async function atTheTop(directory: Pick<Directory, 'groups'>): Promise<Group[]> {
  const groups: Group[] = []
  for await (const group of directory.groups()) {
    groups.push(group)
    if (groups.length === MAX_SUGGESTIONS_READ) break
  }
  return groups
}

const ambiguous = (name: string, groups: readonly Group[]): UserError =>
  usageError(
    'ambiguous-group',
    `"${name}" is the name of ${groups.length} groups: ${groups.map(({ path }) => path).join(', ')}.`,
    new Set(groups.map(({ path }) => path)).size === groups.length
      ? 'Give the path of the group.'
      : // One of the names contains a slash.
        'Rename one of them, or choose the users by another option.',
  )
