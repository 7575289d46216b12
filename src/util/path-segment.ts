const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
// Zero-width, bidirectional and line-separating characters: two values that look alike would name different things.
const INVISIBLE = /[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/
const LONGEST = 255

/**
 * Why a value must not become one segment of a URL's path, in words that follow its name ("is empty"); undefined when
 * it may. It does not encode: what passes is safe to encode, and stays one segment however often it is decoded.
 */
export function pathSegmentProblem(value: string): string | undefined {
  if (value === '') return 'is empty'
  if (value === '.' || value === '..') return 'is a step in a path, not a name'
  if (CONTROL.test(value)) return 'holds a control character'
  if (INVISIBLE.test(value)) return 'holds an invisible character'
  if (/[/\\%;?#]/.test(value)) return 'holds a character that has a meaning in a path (/ \\ % ; ? #)'
  if (value.trim() !== value) return 'begins or ends with white space'
  if (value.length > LONGEST) return `is longer than ${LONGEST} characters`
  if (hasLoneSurrogate(value)) return 'holds half a character'
  return undefined
}

/** The same of an id that Keycloak or whoever manages clients made up, which never holds white space. */
export const pathIdProblem = (id: string): string | undefined =>
  pathSegmentProblem(id) ?? (/\s/.test(id) ? 'holds white space' : undefined)

function hasLoneSurrogate(value: string): boolean {
  try {
    encodeURIComponent(value)
    return false
  } catch {
    return true
  }
}
