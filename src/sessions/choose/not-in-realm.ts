import { EXIT, UserError } from '../../errors.ts'
import { didYouMean } from '../../util/suggest.ts'

/**
 * The error `…-not-found` (5) for a value that names nothing in the realm.
 * @param known what it may have meant
 */
export function notInRealm(
  kind: 'group' | 'role' | 'organization' | 'identity provider',
  value: string,
  realm: string,
  known: readonly string[],
): UserError {
  const meant = didYouMean(value, known)
  return new UserError(
    `${kind.replace(' ', '-')}-not-found`,
    `Realm ${realm} has no ${kind} "${value}", or it is not visible to you.`,
    {
      exitCode: EXIT.notFound,
      hint: meant ? `Did you mean ${meant}?` : 'Names are case-sensitive. Nothing was changed.',
    },
  )
}
