import { embeddedObjects } from './embedded.ts'
import type { FoundToken } from './found.ts'
import { isObject, type JsonObject } from './json.ts'

/** At most this many access tokens are tried on each ID token. */
const MOST = 16

const isAccess = (label: string | undefined) => label !== undefined && /^access_?token$/i.test(label)
const isId = (label: string | undefined) => label !== undefined && /^id_?token$/i.test(label)

/** Returns the access token of an object such as a token response; it need not be a JWT. */
export function accessTokenOf(value: JsonObject): string | undefined {
  const token = value.access_token ?? value.accessToken
  return typeof token === 'string' && token.trim() !== '' ? token.trim() : undefined
}

/** Adds the access token of their object to the tokens found in it. */
export const withAccessToken = (
  found: readonly FoundToken[],
  accessToken: string | undefined,
): FoundToken[] =>
  found.map((each) =>
    accessToken === undefined || each.accessTokens || each.text === accessToken
      ? each
      : { ...each, accessTokens: [accessToken] },
  )

/**
 * For text with embedded JSON: pairs the tokens that share an object. Elsewhere, such as in a URL, every value called
 * access token is a candidate; a single one counts only if there is a single ID token.
 */
export function pairInText(found: readonly FoundToken[], text: string): FoundToken[] {
  if (!/access_?token/i.test(text)) return [...found]
  const known = pairsIn(text)
  const paired = found.map((each) => withAccessToken([each], known.get(each.text))[0] ?? each)
  const inObject = new Set([...known.keys(), ...known.values()])
  const loose = paired.filter((each) => !inObject.has(each.text))
  const access = loose.filter(({ label }) => isAccess(label)).map((each) => each.text)
  const ids = loose.filter(({ label }) => isId(label))
  if (access.length === 0 || access.length > MOST || (access.length === 1 && ids.length !== 1)) return paired
  return paired.map((each) =>
    inObject.has(each.text) || isAccess(each.label) ? each : { ...each, accessTokens: access },
  )
}

/** Returns the access tokens in JSON, or in JSON inside other text. */
export const accessTokensIn = (text: string): string[] => [...new Set(pairsIn(text).values())]

/** Maps each string that shares an object with an access token to that access token. */
function pairsIn(text: string): Map<string, string> {
  const pairs = new Map<string, string>()
  for (const { value } of embeddedObjects(text)) {
    const pending: unknown[] = [value]
    while (pending.length > 0) {
      const next = pending.pop()
      if (typeof next !== 'object' || next === null) continue
      const accessToken = isObject(next) ? accessTokenOf(next) : undefined
      for (const member of Object.values(next)) {
        if (accessToken !== undefined && typeof member === 'string') pairs.set(member.trim(), accessToken)
        else pending.push(member)
      }
    }
  }
  return pairs
}
