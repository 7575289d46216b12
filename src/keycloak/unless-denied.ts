import { EXIT, UserError } from '../errors.ts'

/** An answer of Keycloak; undefined if a role is missing for it. */
export async function unlessDenied<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof UserError && error.exitCode === EXIT.denied) return undefined
    throw error
  }
}
