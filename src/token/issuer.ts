/**
 * Says how two issuers differ: scheme, host, port, path, trailing slash or case. Issuers are compared character by
 * character (OpenID Connect Core 1.0 section 3.1.3.7), so that small differences matter and are easily overlooked.
 */
export function issuerDifference(expected: string, actual: string): string {
  if (actual === `${expected}/`) return 'it ends with a slash'
  if (expected === `${actual}/`) return 'it lacks the slash at the end'
  const [want, have] = [parse(expected), parse(actual)]
  if (!want || !have) return 'it is not a URL'
  const differences: string[] = []
  if (want.protocol !== have.protocol) differences.push(`the scheme is ${have.protocol.slice(0, -1)}`)
  if (want.hostname !== have.hostname) differences.push(`the host is ${have.hostname}`)
  if (want.port !== have.port)
    differences.push(have.port ? `the port is ${have.port}` : 'the port is missing')
  if (want.pathname !== have.pathname) differences.push(pathDifference(want.pathname, have.pathname))
  if (differences.length > 0) return differences.join(', ')
  return expected.toLowerCase() === actual.toLowerCase()
    ? 'upper and lower case differ'
    : 'they are spelled differently'
}

function pathDifference(want: string, have: string): string {
  if (want === `/auth${have}`)
    return 'the path lacks /auth (Keycloak before 17, or its relative path setting)'
  if (have === `/auth${want}`)
    return 'the path begins with /auth (Keycloak before 17, or its relative path setting)'
  const [ours, theirs] = [realmIn(want), realmIn(have)]
  if (ours !== undefined && theirs !== undefined && ours !== theirs) return `the realm is ${theirs}`
  return `the path is ${have}`
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

const realmIn = (path: string) => /\/realms\/([^/]+)/.exec(path)?.[1]

/** Returns server and realm of an issuer such as `https://kc.example.com/realms/shop`; `undefined` for others. */
export function keycloakIssuer(issuer: unknown): KeycloakIssuer | undefined {
  if (latest?.issuer !== issuer) latest = { issuer, parts: partsOf(issuer) }
  return latest?.parts
}

interface KeycloakIssuer {
  readonly server: string
  readonly realm: string
}

/** The last issuer: consecutive tokens mostly have the same. */
let latest: { readonly issuer: unknown; readonly parts: KeycloakIssuer | undefined } | undefined

function partsOf(issuer: unknown): KeycloakIssuer | undefined {
  const match =
    typeof issuer === 'string' ? /^(https?:\/\/[^\s]+?)\/realms\/([^/?#\s]+)\/?$/.exec(issuer) : null
  const [, server, realm] = match ?? []
  if (server === undefined || realm === undefined) return undefined
  try {
    return { server, realm: decodeURIComponent(realm) }
  } catch {
    return { server, realm }
  }
}
