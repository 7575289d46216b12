import { isRecord } from '../util/is-record.ts'
import { FIELDS, type Field } from './settings.ts'

type Raw = Readonly<Record<string, unknown>>

/** The place of each field in Keycloak's client representation. */
const PLACE: Record<Field, string> = {
  backchannelLogoutUrl: 'attributes.backchannel.logout.url',
  backchannelLogoutSessionRequired: 'attributes.backchannel.logout.session.required',
  backchannelLogoutRevokeOfflineTokens: 'attributes.backchannel.logout.revoke.offline.tokens',
  adminUrl: 'adminUrl',
  frontchannelLogout: 'frontchannelLogout',
}

/**
 * Keycloak 25 and 26.0 add this time to a public client, which has no secret, at every write (measured). At any other
 * client it means that a new secret was generated, which 18.0 does not show otherwise.
 */
const SECRET_TIME = 'attributes.client.secret.creation.time'

export interface SideEffect {
  /** The place in Keycloak's representation. Never the value: it may be a secret. */
  readonly name: string
  /** The logout setting stored there, if it is one: that is compared with the plan as well. */
  readonly field: Field | undefined
  /** Keycloak is known to write this by itself. */
  readonly byKeycloak: boolean
}

/**
 * What changed in a client besides the written fields, from two representations before and after the write.
 * Lists are compared as sets: Keycloak stores most of them as sets and returns them in any order.
 */
export function sideEffects(before: Raw, after: Raw, changed: readonly Field[]): SideEffect[] {
  const expected = new Set(changed.map((field) => PLACE[field]))
  const [was, is] = [flatten(before), flatten(after)]
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => !expected.has(name) && was.get(name) !== is.get(name))
    .sort()
    .map((name) => ({
      name,
      field: FIELDS.find((field) => PLACE[field] === name),
      byKeycloak: name === SECRET_TIME && after.publicClient === true,
    }))
}

function flatten({ attributes, ...rest }: Raw): Map<string, string> {
  const entries = Object.entries(rest)
  for (const [name, value] of Object.entries(isRecord(attributes) ? attributes : {}))
    entries.push([`attributes.${name}`, value])
  return new Map(
    entries.filter(([, value]) => !isUnset(value)).map(([name, value]) => [name, canonical(value)]),
  )
}

/** Keycloak returns an unset value as absent, null or empty, depending on how it was last written. */
const isUnset = (value: unknown) => value === undefined || value === null || value === ''

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join(',')}]`
  if (!isRecord(value)) return JSON.stringify(value) ?? 'null'
  const pairs = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
  return `{${pairs.sort().join(',')}}`
}
