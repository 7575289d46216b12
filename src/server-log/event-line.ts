/**
 * Returns the fields of an `org.keycloak.events` entry. Old: `type=LOGOUT_ERROR, realmId=customers, error=invalid_token`.
 * New (between 20 and 26.7): `type="LOGOUT_ERROR", realmName="customers", reason="Invalid refresh token"`.
 * Strangers choose some of the values; one without quotation marks ends at the next `, name=`.
 */
export function eventFields(message: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  const pattern = /(?:^|, )([\w.-]+)=(?:"((?:[^"\\]|\\.)*)"(?=, |$)|((?:(?!, [\w.-]+=).)*))/gs
  for (const [, name = '', quoted, bare = ''] of message.matchAll(pattern)) {
    // The first one wins: fields that a stranger smuggles in come later.
    if (!fields.has(name)) fields.set(name, quoted === undefined ? bare : quoted.replace(/\\(.)/gs, '$1'))
  }
  return fields
}

/** A field's value; undefined where Keycloak wrote `null` or nothing. */
export const fieldOf = (fields: ReadonlyMap<string, string>, name: string): string | undefined => {
  const value = fields.get(name)
  return value === undefined || value === 'null' || value === '' ? undefined : value
}
