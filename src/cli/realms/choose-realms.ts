import type { RealmChoice } from '../../config/global-options.ts'
import { EXIT, UserError } from '../../errors.ts'
import { didYouMean } from '../../util/suggest.ts'

/**
 * The realms that match, in the order of their names, and the realm signed in to last: a logout there may end the own
 * sign-in.
 * @throws {UserError} `no-such-realm` (5)
 */
export function chooseRealms(
  choice: Extract<RealmChoice, { by: '--realms' | '--all-realms' }>,
  visible: readonly string[],
  loginRealm: string,
): string[] {
  if (choice.by === '--all-realms' && visible.length > 0) return inOrder(visible, loginRealm)
  const patterns = choice.by === '--realms' ? choice.patterns : ['*']
  const unmatched = patterns.find((pattern) => !visible.some(matcher(pattern)))
  if (unmatched !== undefined) throw noSuchRealm(unmatched, visible)
  return inOrder(
    visible.filter((name) => patterns.some((pattern) => matcher(pattern)(name))),
    loginRealm,
  )
}

/** Sorted by name, the realm signed in to last. */
const inOrder = (names: readonly string[], loginRealm: string) => lastIs([...names].sort(), loginRealm)

/** The same order, with this realm last. */
export const lastIs = (names: readonly string[], last: string): string[] => [
  ...names.filter((name) => name !== last),
  ...names.filter((name) => name === last),
]

/** `*` stands for any characters, `?` for one; everything else for itself. */
function matcher(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
    .replaceAll('\\*', '.*')
    .replaceAll('\\?', '.')
  const expression = new RegExp(`^${source}$`, 'su')
  return (name) => expression.test(name)
}

function noSuchRealm(pattern: string, visible: readonly string[]): UserError {
  const meant = didYouMean(pattern, visible)
  const seen =
    visible.length === 0
      ? 'no realm is'
      : visible.length === 1
        ? '1 realm is'
        : `${visible.length} realms are`
  return new UserError(
    'no-such-realm',
    `No realm matches ${JSON.stringify(pattern)}; ${seen} visible to you.`,
    {
      exitCode: EXIT.notFound,
      hint: meant
        ? `Did you mean ${meant}?`
        : 'An account sees the realms that it may administer: those of master, all; others, their own.',
    },
  )
}
