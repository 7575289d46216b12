import { stringifyExact } from '../util/exact-json.ts'
import { MAX_TOKEN_LENGTH } from './decode.ts'
import { embeddedObjects } from './embedded.ts'
import type { FoundToken } from './found.ts'
import { isObject, type JsonObject, readJson } from './json.ts'
import { accessTokenOf, pairInText, withAccessToken } from './pair-access-tokens.ts'
import { type Run, scanForTokens } from './scan.ts'

/** The tokens found in a text. */
export type Finding = { readonly found: readonly FoundToken[]; readonly problem?: 'too-large' }

/**
 * Finds the tokens in pasted text: bare, quoted, wrapped, after `Bearer`, in a header or cookie line, a form body, a
 * URL, a command, a captured request, or anywhere in JSON. If there is no token, it looks for claims objects, also
 * inside other text. Returns each token once. Linear in the length of the text; refuses more than a megabyte. Does not
 * check the tokens.
 */
export function findTokens(text: string): Finding {
  if (text.length > MAX_TOKEN_LENGTH) return { found: [], problem: 'too-large' }
  const tokens = unique(findIn(text, undefined, 0))
  const real = tokens.filter((each) => each.form === 'token')
  // The beginning of a header is worth a word only if there is nothing else.
  const whole = real.filter((each) => each.text.includes('.'))
  const best = [whole, real, tokens].find((each) => each.length > 0)
  return { found: best ?? lastResort(text) }
}

const MAX_NESTED_TEXTS = 3

function findIn(text: string, label: string | undefined, depth: number): FoundToken[] {
  const trimmed = text.trim()
  if (/^[{["]/.test(trimmed)) {
    const reading = readJson(trimmed)
    if (reading.ok && typeof reading.value === 'object')
      return findInJson(reading.value, trimmed, label, depth)
  }
  const runs = scanForTokens(text)
  if (runs.length > 0)
    return pairInText(
      runs.map((run) => toFound(text, run, label)),
      text,
    )
  const claims = findEmbeddedClaims(text)
  if (claims.length > 0) return claims.map((each) => (each.label || !label ? each : { ...each, label }))
  return depth < MAX_NESTED_TEXTS ? findInEscaped(text, label, depth) : []
}

/** Searches percent-encoded text (a URL inside a URL) and JSON inside a JSON string. */
function findInEscaped(text: string, label: string | undefined, depth: number): FoundToken[] {
  if (/%(?:2E|3D|22|7B)/i.test(text)) {
    const plain = text.replace(/%[0-7][0-9A-F]/gi, (code) =>
      String.fromCharCode(Number.parseInt(code.slice(1), 16)),
    )
    const found = findIn(plain, label, depth + 1)
    if (found.length > 0) return found
  }
  return text.includes('\\"') ? findIn(text.replaceAll('\\"', '"'), label, depth + 1) : []
}

function toFound(text: string, { start, text: token }: Run, label: string | undefined): FoundToken {
  const named = labelBefore(text, start) ?? label
  return named === undefined ? { form: 'token', text: token } : { form: 'token', text: token, label: named }
}

/** Returns the name of the header line, cookie, parameter or member whose value begins at `start`. */
function labelBefore(text: string, start: number): string | undefined {
  const before = text.slice(Math.max(0, start - 96), start)
  if (!/["'=:rp]\s*$/i.test(before)) return undefined
  const named = /([A-Za-z_][\w.-]{0,63})\\?["']?\s*[=:]\s*\\?["']?\s*(?:(?:Bearer|DPoP)\s+)?$/i.exec(before)
  return named?.[1] ?? /\b(Bearer|DPoP)\s+["']?$/i.exec(before)?.[1]
}

/** Searches JSON in document order, without recursion. */
function findInJson(root: unknown, text: string, label: string | undefined, depth: number): FoundToken[] {
  const found: FoundToken[] = []
  const pending: {
    value: unknown
    label: string | undefined
    inClaims: boolean
    accessTokens?: string | undefined
  }[] = [{ value: root, label, inClaims: false }]
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, label, inClaims, accessTokens } = next
    if (typeof value === 'string') {
      if (!inClaims || looksLikeToken(value))
        found.push(...withAccessToken(findInString(value, label, depth), accessTokens))
    } else if (Array.isArray(value)) {
      for (let i = value.length - 1; i >= 0; i--) pending.push({ value: value[i], label, inClaims })
    } else if (isObject(value)) {
      const isClaims = !inClaims && looksLikeClaims(value)
      if (isClaims) found.push(claimsFound(value === root ? text : stringifyExact(value), label))
      const accessTokens = accessTokenOf(value)
      for (const [name, member] of Object.entries(value).reverse()) {
        pending.push({ value: member, label: name, inClaims: inClaims || isClaims, accessTokens })
      }
    }
  }
  return found
}

const looksLikeToken = (text: string) => /e[wy][A-Za-z0-9_-]{8,}(?:[.…]|$)/.test(text.trimEnd())

function findInString(text: string, label: string | undefined, depth: number): FoundToken[] {
  if (text.length < 16 || depth >= MAX_NESTED_TEXTS) return []
  return looksLikeToken(text) || text.includes('{') ? findIn(text, label, depth + 1) : []
}

const claimsFound = (text: string, label: string | undefined): FoundToken =>
  label === undefined ? { form: 'claims', text } : { form: 'claims', text, label }

const CLAIMS = [
  'iss',
  'sub',
  'aud',
  'azp',
  'exp',
  'iat',
  'jti',
  'sid',
  'typ',
  'events',
  'preferred_username',
  'scope',
]

/** Returns whether an object looks like the payload of a token or of a Keycloak admin action. */
export function looksLikeClaims(value: JsonObject): boolean {
  if ('action' in value && 'resource' in value && 'expiration' in value) return true
  const known = CLAIMS.filter((name) => Object.hasOwn(value, name)).length
  return known >= 3 || (known === 2 && (Object.hasOwn(value, 'iss') || Object.hasOwn(value, 'sub')))
}

/** Claims objects inside other text, such as a log line. */
function findEmbeddedClaims(text: string): FoundToken[] {
  const found: FoundToken[] = []
  for (const { start, end, value } of embeddedObjects(text)) {
    if (looksLikeClaims(value)) found.push(claimsFound(text.slice(start, end), phraseBefore(text, start)))
    else found.push(...findInJson(value, text.slice(start, end), undefined, 1))
  }
  return found
}

const phraseBefore = (text: string, start: number) =>
  /([A-Za-z][A-Za-z _-]{1,40})["']?\s*[:=]\s*$/.exec(text.slice(Math.max(0, start - 60), start))?.[1]?.trim()

/** Takes the whole text as a token with a damaged header if it is one long word with dots. */
function lastResort(text: string): FoundToken[] {
  const word = text.trim().replace(/^(?:Bearer\s+)?["'`]?|["'`,;]?$/gi, '')
  const isWord = word.length >= 48 && /^[\w+/=-]+(?:\.[\w+/=-]*){1,5}$/.test(word)
  return isWord && /[a-z]/.test(word) && /[A-Z]/.test(word) ? [{ form: 'token', text: word }] : []
}

function unique(found: FoundToken[]): FoundToken[] {
  const seen = new Set<string>()
  return found.filter(({ text }) => !seen.has(text) && seen.add(text))
}

/** Returns the opaque token of a text: alone, after `Bearer`, or in a form body. */
export function opaqueTokensIn(text: string): string[] {
  const member = /(?:^|[?&#\s])access_token=([^&\s]+)/.exec(text)?.[1]
  const word = member ?? text.trim().replace(/^(?:(?:Bearer|DPoP)\s+)?["']?|["']$/gi, '')
  return /^[\w.~+/-]+=*$/.test(word) ? [word] : []
}
