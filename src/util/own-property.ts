/**
 * What a table says of a key that somebody else chose. `table[key]` would find what every object inherits: a token
 * whose type is `constructor` would be of a kind that is a function.
 */
export const ownProperty = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined
