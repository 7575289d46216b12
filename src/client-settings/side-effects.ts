import { FIELDS, type Field } from './settings.ts'

type Raw = Readonly<Record<string, unknown>>

/** Where Keycloak's representation keeps each field. */
const PLACE: Record<Field, string> = {
  backchannelLogoutUrl: 'attributes.backchannel.logout.url',
  backchannelLogoutSessionRequired: 'attributes.backchannel.logout.session.required',
  backchannelLogoutRevokeOfflineTokens: 'attributes.backchannel.logout.revoke.offline.tokens',
  adminUrl: 'adminUrl',
  frontchannelLogout: 'frontchannelLogout',
}

/**
 * Of a public client, which has no secret, 25 and 26.0 add the time of the secret whenever it is written (seen). Of any
 * other it says that somebody made a new secret, which 18.0 itself does not show.
 */
const SECRET_TIME = 'attributes.client.secret.creation.time'

export interface Side {
  /** Its place in Keycloak's representation. Never its value: it may be a secret. */
  readonly name: string
  /** The field of ours that it holds, if it is one: it is compared with what was wanted too. */
  readonly field: Field | undefined
  /** Keycloak is known to write this by itself. */
  readonly byKeycloak: boolean
}

/**
 * What else differs between two representations of one client, one from before a write and one from after it. Lists are
 * compared as sets, as Keycloak keeps most of them so and gives them in any order.
 */
export function sideEffects(before: Raw, after: Raw, changed: readonly Field[]): Side[] {
  const expected = new Set(changed.map((field) => PLACE[field]))
  const [was, is] = [flat(before), flat(after)]
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => !expected.has(name) && was.get(name) !== is.get(name))
    .sort()
    .map((name) => ({
      name,
      field: FIELDS.find((field) => PLACE[field] === name),
      byKeycloak: name === SECRET_TIME && after.publicClient === true,
    }))
}

function flat(raw: Raw): Map<string, string> {
  const { attributes, ...rest } = raw
  const entries = Object.entries(rest)
  for (const [name, value] of Object.entries((attributes ?? {}) as Raw))
    entries.push([`attributes.${name}`, value])
  return new Map(
    entries.filter(([, value]) => !isNone(value)).map(([name, value]) => [name, canonical(value)]),
  )
}

/** Keycloak writes "there is none" as absent, null or empty, whichever way it was last told. */
const isNone = (value: unknown) => value === undefined || value === null || value === ''

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const pairs = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
  return `{${pairs.sort().join(',')}}`
}
