/**
 * Quotes a value for a POSIX shell, so that a command which is shown can be copied, whatever a stranger put into the
 * value. Answers `undefined` for values that no command line should carry: empty, very long, or with control or bidi
 * characters in them.
 */
export function shellQuote(value: string): string | undefined {
  if (value === '' || value.length > 512) return undefined
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(value)) return value
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(value)) return undefined
  return `'${value.replaceAll("'", "'\\''")}'`
}
