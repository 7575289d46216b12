/**
 * Own-property lookup for untrusted keys. `table[key]` also finds inherited members: a token with the type `constructor`
 * would get a function.
 */
export const ownProperty = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined
