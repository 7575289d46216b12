import { isObject, type JsonObject } from './json.ts'

/** Returns the thumbprint of the DPoP key that a token is bound to (RFC 9449 section 6.1); `undefined` if it is not. */
export function boundThumbprint({ cnf }: JsonObject): string | undefined {
  return isObject(cnf) && typeof cnf.jkt === 'string' ? cnf.jkt : undefined
}
