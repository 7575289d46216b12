import type { Session } from '../../core/model.ts'

/** Keycloak's cookies that name the session of a browser (12 to 26; `_LEGACY` until 25). */
const SESSION_COOKIES = /^(AUTH_SESSION_ID|KEYCLOAK_IDENTITY|KEYCLOAK_SESSION)(_LEGACY)?$/

/** Texts of Keycloak's cookies that can contain the id of the session, decoded. */
export const marksIn = (cookies: readonly { readonly name: string; readonly value: string }[]): string[] =>
  cookies
    .filter(({ name }) => SESSION_COOKIES.test(name))
    .flatMap(({ value }) => [
      value,
      ...value.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8')),
    ])

/**
 * The sessions that a browser made: those whose unguessable id is in its marks. Comparing the list before and after would
 * also find a session that the user began elsewhere in the meantime.
 */
export const madeBy = <S extends Pick<Session, 'id'>>(
  marks: readonly string[],
  sessions: readonly S[],
): S[] => sessions.filter(({ id }) => marks.some((mark) => mark.includes(id)))

/** The parameters with which Keycloak answers the application, in the query or in the fragment. */
export const sessionStateIn = (url: URL): URLSearchParams =>
  url.searchParams.has('session_state') ? url.searchParams : new URLSearchParams(url.hash.slice(1))
