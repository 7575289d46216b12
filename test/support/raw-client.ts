import type { Client } from '../../src/core/model.ts'

/** Keycloak's representation of a client, from the fields of our model that a test sets. */
export function rawClient(
  client: Partial<Client> & { id: string; clientId: string },
): Record<string, unknown> {
  const attributes: Record<string, string> = {}
  const put = (name: string, value: string | number | boolean | undefined) => {
    if (value !== undefined) attributes[name] = String(value)
  }
  put('backchannel.logout.url', client.backchannelLogoutUrl)
  put('backchannel.logout.session.required', client.backchannelLogoutSessionRequired)
  put('backchannel.logout.revoke.offline.tokens', client.backchannelLogoutRevokeOfflineTokens)
  put('frontchannel.logout.url', client.frontchannelLogoutUrl)
  put('access.token.lifespan', client.accessTokenLifespan)
  put('client.session.idle.timeout', client.sessionLimits?.idle)
  put('client.session.max.lifespan', client.sessionLimits?.max)
  put('id.token.signed.response.alg', client.idTokenSignedResponseAlg)
  put('saml_single_logout_service_url_soap', client.samlLogoutUrls?.soap)
  put('saml_single_logout_service_url_post', client.samlLogoutUrls?.post)
  put('saml_single_logout_service_url_redirect', client.samlLogoutUrls?.redirect)
  if (client.ssf) {
    put('ssf.enabled', true)
    put('ssf.stream.status', 'enabled')
    put('ssf.stream.eventsDelivered', 'CaepSessionRevoked')
    put('ssf.stream.iss', client.ssf.issuer)
    put('ssf.stream.delivery.method', client.ssf.url === null ? 'urn:ietf:rfc:8936' : 'urn:ietf:rfc:8935')
    if (client.ssf.url !== null) put('ssf.stream.delivery.endpointUrl', client.ssf.url)
  }
  put('post.logout.redirect.uris', client.postLogoutRedirectUris?.join('##'))
  return {
    id: client.id,
    clientId: client.clientId,
    enabled: client.enabled ?? true,
    protocol: client.protocol ?? 'openid-connect',
    publicClient: client.publicClient ?? false,
    redirectUris: client.redirectUris ?? [],
    frontchannelLogout: client.frontchannelLogout ?? false,
    notBefore: client.notBefore ?? 0,
    attributes,
    ...(client.rootUrl === undefined ? {} : { rootUrl: client.rootUrl }),
    ...(client.baseUrl === undefined ? {} : { baseUrl: client.baseUrl }),
    ...(client.adminUrl === undefined ? {} : { adminUrl: client.adminUrl }),
    ...(client.access === undefined ? {} : { access: client.access }),
    ...(client.registeredNodes === undefined
      ? {}
      : { registeredNodes: Object.fromEntries(client.registeredNodes.map((node) => [node, 0])) }),
  }
}
