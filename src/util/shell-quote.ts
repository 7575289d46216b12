/**
 * Quotes a value for a POSIX shell, so that a shown command can be copied whatever the value contains. Returns
 * `undefined` for values that no command line should contain: empty, over 512 characters, or with control or bidi
 * characters.
 */
export function shellQuote(value: string): string | undefined {
  if (value === '' || value.length > 512) return undefined
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(value)) return value
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(value)) return undefined
  return `'${value.replaceAll("'", "'\\''")}'`
}
