import { isNone, isSymmetric } from './checks.ts'
import { broken, type Departure, note, quote, type Subject, skip } from './rule.ts'

/** Checks that a token for Keycloak alone is signed with its secret (signature category INTERNAL). */
export function checkKeycloakSecret({ header: { alg }, decoded, signature }: Subject): true | Departure {
  if (decoded.form === 'claims') return skip('Claims alone have no alg.')
  if (isNone(alg)) return broken('It is not signed.', { expected: 'HS512', actual: alg })
  if (signature.status === 'invalid')
    return broken(signature.reason, { expected: 'valid', actual: 'invalid' })
  return isSymmetric(alg)
    ? true
    : note(`It is signed with ${quote(alg)}, not with a secret of Keycloak's.`, {
        expected: 'HS512',
        actual: alg,
      })
}
