/** In one line, or wrapped. What comes in two lines could be two tokens, but five parts are those of an encrypted one. */
const BARE = /^(?:[\w-]+(?:\.[\w-]*){2}|[\w-]+(?:\.[\w-]*){4})$/
const WRAPPED = /^[\w-]+(?:\.[\w-]*){2}$/
const INSIDE = /eyJ[\w-]*(?:\.[\w-]*){2,4}/g

/**
 * The one ID token of a file, without what is around it: bare, quoted, after `Bearer` or a name, or in a token response,
 * which is what people have at hand. Undefined where there is none, or more than one.
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
