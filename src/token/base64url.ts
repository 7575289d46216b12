const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const NONE = 255
const VALUE = new Uint8Array(128).fill(NONE)
for (let i = 0; i < ALPHABET.length; i++) VALUE[ALPHABET.charCodeAt(i)] = i

/**
 * Decodes base64url as JWS requires (RFC 7515 section 2): no padding, no whitespace, no `+` or `/`, no stray bits.
 *
 * @param into buffer for the bytes if they fit; the next call with it overwrites them
 * @returns `undefined` for anything else; `firstForeignCharacter` then says where
 */
export function decodeBase64url(text: string, into?: Uint8Array): Uint8Array | undefined {
  const rest = text.length % 4
  if (rest === 1) return undefined
  const length = (text.length * 3) >> 2
  const bytes = into && into.length >= length ? into.subarray(0, length) : new Uint8Array(length)
  let bits = 0
  let held = 0
  let to = 0
  for (let i = 0; i < text.length; i++) {
    const value = VALUE[text.charCodeAt(i)] ?? NONE
    if (value === NONE) return undefined
    held = (held << 6) | value
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[to++] = (held >> bits) & 255
      held &= 63
    }
  }
  // The remaining bits must be zero; otherwise one token could be written in several ways (RFC 4648 section 3.5).
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

/** Returns whether `decodeBase64url` accepts this text. */
export function isBase64url(text: string): boolean {
  const rest = text.length % 4
  if (rest === 1 || !/^[A-Za-z0-9_-]*$/.test(text)) return false
  const last = VALUE[text.charCodeAt(text.length - 1)] ?? 0
  return rest === 0 || (last & (rest === 2 ? 15 : 3)) === 0
}

/** Encodes bytes as base64url without padding. */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3)
    const all = (a << 16) | (b << 8) | c
    const count = Math.min(bytes.length - i, 3) + 1
    for (let j = 0; j < count; j++) text += ALPHABET[(all >> (18 - 6 * j)) & 63]
  }
  return text
}

/** Returns the first character outside base64url and its position from 0; `undefined` if length or end is wrong. */
export function firstForeignCharacter(text: string): { character: string; at: number } | undefined {
  const at = text.search(/[^A-Za-z0-9_-]/)
  return at < 0 ? undefined : { character: text.charAt(at), at }
}
