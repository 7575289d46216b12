/**
 * Characters that change what a terminal does or what a reader sees without being seen themselves: C0 and C1 controls,
 * DEL, bidi controls, zero-width characters, line and paragraph separators, variation and tag characters, and lone
 * surrogates. Keycloak stores such strings from anybody's failed sign-in.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\udb40[\udc00-\udfff]/g

const escaped = (found: string) =>
  Array.from(
    { length: found.length },
    (_, i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('')

/** The same text with every such character as `\uXXXX`; a line break counts as one. */
export const visible = (text: string): string => text.replace(UNSAFE, escaped)

/** As `visible`, but keeps line breaks and tabs: for text of our own that holds words of others, such as help. */
export const visibleLines = (text: string): string =>
  text.replace(UNSAFE, (found) => (found === '\n' || found === '\t' ? found : escaped(found)))

/** JSON in which no such character stands raw. `JSON.stringify` leaves C1 and bidi characters as they are. */
export const safeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(UNSAFE, (found) => (found === '\n' ? found : escaped(found)))
