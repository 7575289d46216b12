import type { IdentityProvider } from '../../core/model.ts'
import { isRecord } from '../../util/is-record.ts'
import { type Json, list, optionalText, text } from '../http/json.ts'
import type { Keycloak } from '../keycloak.ts'
import type { Admin } from './admin.ts'

const INSTANCES = '/admin/realms/{realm}/identity-provider/instances'
const PAGE = 100
/** Their signatures can be validated; those of other providers are none of the realm's settings. */
const SIGNING = new Set(['oidc', 'keycloak-oidc', 'saml'])

export const identityProvidersOf = ({ own }: Admin): Pick<Keycloak, 'identityProviders'> => ({
  async identityProviders() {
    const found = new Map<string, IdentityProvider>()
    for (let first = 0; ; first += PAGE) {
      const page = list(
        await own(
          {
            method: 'GET',
            path: INSTANCES,
            what: 'the identity providers of the realm',
            role: 'view-identity-providers',
          },
          { query: { first: String(first), max: String(PAGE) } },
        ),
        'a list of identity providers',
        toIdentityProvider,
      )
      const fresh = page.filter(({ alias }) => !found.has(alias))
      for (const provider of fresh) found.set(provider.alias, provider)
      // Old versions ignore the paging and give all at once, every time.
      if (fresh.length === 0 || page.length !== PAGE) return [...found.values()]
    }
  },
})

function toIdentityProvider(from: Json): IdentityProvider {
  const config = isRecord(from.config) ? from.config : {}
  const providerId = text(from, 'providerId', 'an identity provider')
  return {
    alias: text(from, 'alias', 'an identity provider'),
    providerId,
    enabled: from.enabled !== false,
    linkOnly: from.linkOnly === true,
    logoutUrl: optionalText(config.logoutUrl) ?? optionalText(config.singleLogoutServiceUrl),
    backchannelLogout: config.backchannelSupported === 'true',
    validatesSignatures: SIGNING.has(providerId) ? config.validateSignature === 'true' : undefined,
  }
}
