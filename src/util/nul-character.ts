import { usageError } from '../errors.ts'

/** The error for a name that contains NUL, which no name in Keycloak can. */
export const nulCharacter = () =>
  usageError(
    'bad-name',
    'A name contains a NUL character.',
    'Remove it. Is a binary file read as a list of names?',
  )
