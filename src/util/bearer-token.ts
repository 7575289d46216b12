/**
 * An access token for a header: without surrounding white space and the word Bearer. Undefined if it contains characters
 * that no token has; a line break would start another header.
 */
export function bearerToken(text: string): string | undefined {
  const token = text.trim().replace(/^Bearer\s+/i, '')
  return /^[\x21-\x7e]*$/.test(token) ? token : undefined
}
