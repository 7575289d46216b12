import { embeddedObjects } from './embedded.ts'
import type { FoundToken } from './found.ts'
import { isObject, type JsonObject } from './json.ts'

/** More cannot be told apart by trying each of them on each ID token. */
const MOST = 16

const isAccess = (label: string | undefined) => label !== undefined && /^access_?token$/i.test(label)
const isId = (label: string | undefined) => label !== undefined && /^id_?token$/i.test(label)

/** The access token that an object holds, such as a token response; it need not be a JWT. */
export function accessTokenOf(value: JsonObject): string | undefined {
  const token = value.access_token ?? value.accessToken
  return typeof token === 'string' && token.trim() !== '' ? token.trim() : undefined
}

/** Says of each which access token came with it: that of the object which it is a member of. */
export const besideIn = (found: readonly FoundToken[], accessToken: string | undefined): FoundToken[] =>
  found.map((each) =>
    accessToken === undefined || each.beside || each.text === accessToken
      ? each
      : { ...each, beside: [accessToken] },
  )

/**
 * The same for tokens in text that is no JSON as a whole: JSON inside it says which came together. Where nothing does,
 * as in a URL, all that are called access tokens may have; one alone did, if there is but one ID token.
 */
export function besideInText(found: readonly FoundToken[], text: string): FoundToken[] {
  if (!/access_?token/i.test(text)) return [...found]
  const known = pairsIn(text)
  const paired = found.map((each) => besideIn([each], known.get(each.text))[0] ?? each)
  const inObject = new Set([...known.keys(), ...known.values()])
  const loose = paired.filter((each) => !inObject.has(each.text))
  const access = loose.filter(({ label }) => isAccess(label)).map((each) => each.text)
  const ids = loose.filter(({ label }) => isId(label))
  if (access.length === 0 || access.length > MOST || (access.length === 1 && ids.length !== 1)) return paired
  return paired.map((each) =>
    inObject.has(each.text) || isAccess(each.label) ? each : { ...each, beside: access },
  )
}

/** The access tokens in JSON, or in JSON inside other text. */
export const accessTokensIn = (text: string): string[] => [...new Set(pairsIn(text).values())]

/** What stands beside an access token in an object inside this text, and that access token. */
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
