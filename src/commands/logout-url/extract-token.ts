/** In one line, or wrapped. Two lines could be two tokens, but five parts are one encrypted token. */
const BARE = /^(?:[\w-]+(?:\.[\w-]*){2}|[\w-]+(?:\.[\w-]*){4})$/
const WRAPPED = /^[\w-]+(?:\.[\w-]*){2}$/
const INSIDE = /eyJ[\w-]*(?:\.[\w-]*){2,4}/g

/**
 * Returns the one ID token of a file: bare, quoted, after `Bearer` or a name, or in a token response. Undefined if there is
 * none, or more than one.
 */
export function idTokenIn(text: string): string | undefined {
  const named = /"id_token"\s*:\s*"([^"]+)"/.exec(text)?.[1]
  if (named !== undefined) return named
  const bare = text.trim()
  if (BARE.test(bare)) return bare
  const joined = bare.replace(/\r?\n/g, '')
  if (WRAPPED.test(joined)) return joined
  const [found, ...others] = new Set(bare.match(INSIDE))
  return others.length > 0 || /"access_token"/.test(text) ? undefined : found
}
