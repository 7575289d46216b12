/** Categories whose entries say something about a logout. */
export const LOGGERS = {
  services: 'org.keycloak.services',
  resourceAdmin: 'org.keycloak.services.managers.ResourceAdminManager',
  authentication: 'org.keycloak.services.managers.AuthenticationManager',
  saml: 'org.keycloak.protocol.saml.SamlProtocol',
  httpClient: 'org.keycloak.connections.httpclient.DefaultHttpClientFactory',
  errorHandler: 'org.keycloak.services.error.KeycloakErrorHandler',
  events: 'org.keycloak.events',
  oidcBroker: 'org.keycloak.broker.oidc.OIDCIdentityProvider',
  keycloakBroker: 'org.keycloak.broker.oidc.KeycloakOIDCIdentityProvider',
  samlBroker: 'org.keycloak.broker.saml.SAMLIdentityProvider',
} as const

const KEYCLOAK = 'org.keycloak'
const KNOWN = Object.values(LOGGERS).map((name) => ({ name, segments: name.split('.') }))

/**
 * Returns the whole name of a category that the console format shortened: `%c{3.}` (Quarkus' own format) writes
 * `org.key.ser.man.ResourceAdminManager`, `%c{1.}` `o.k.s.m.ResourceAdminManager`, `%c{1}` `ResourceAdminManager`. A name
 * that stands for none of the known categories stays as it is.
 */
export function fullLogger(name: string): string {
  if (name.startsWith(KEYCLOAK)) return name
  const known = shortened.get(name)
  if (known !== undefined) return known
  const segments = name.split('.')
  const found = KNOWN.find((one) => isShortened(segments, one.segments) || one.name.endsWith(`.${name}`))
  const full = found?.name ?? name
  // A log has some hundred categories; one that makes up more is not worth the memory.
  if (shortened.size < MOST_KNOWN) shortened.set(name, full)
  return full
}

const MOST_KNOWN = 1000
const shortened = new Map<string, string>()

const isShortened = (short: readonly string[], full: readonly string[]): boolean =>
  short.length === full.length &&
  short.at(-1) === full.at(-1) &&
  short.every((part, i) => part !== '' && (full[i] ?? '').startsWith(part))

/** Was this entry written by Keycloak itself? Takes a whole name ({@link fullLogger}). */
export const isKeycloaks = (logger: string): boolean => logger.startsWith(KEYCLOAK)
