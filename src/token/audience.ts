/** Returns `aud` as a list; it may be one string or a list (RFC 7519 section 4.1.3). */
export const audiences = (aud: unknown): readonly unknown[] =>
  Array.isArray(aud) ? aud : aud === undefined || aud === null ? [] : [aud]
