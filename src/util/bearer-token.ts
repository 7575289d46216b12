/**
 * An access token as a header takes it: without white space around it and without the word Bearer. Undefined when it
 * holds what no token does; a line break would begin another header.
 */
export function bearerToken(text: string): string | undefined {
  const token = text.trim().replace(/^Bearer\s+/i, '')
  return /^[\x21-\x7e]*$/.test(token) ? token : undefined
}
