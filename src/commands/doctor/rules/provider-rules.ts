import type { IdentityProvider } from '../../../core/model.ts'
import { type Rule, when } from './rule.ts'

/** Do users sign in with it? */
const signsIn = ({ enabled, linkOnly }: IdentityProvider) => enabled && !linkOnly

/**
 * Rules about one identity provider. Measured on 26.7.4 with a Keycloak above the realm: only with a logout URL and
 * "Backchannel logout" on does an administrator's logout end the session there; else the user comes back without a
 * password. With "Validate signatures" off a forged logout token ends sessions of the realm.
 */
export const PROVIDER_RULES: readonly Rule<IdentityProvider>[] = [
  {
    code: 'provider-signatures-not-validated',
    severity: 'error',
    check: (provider) => when(provider.enabled && provider.validatesSignatures === false),
  },
  {
    code: 'provider-no-logout-url',
    severity: 'warning',
    check: (provider) => when(signsIn(provider) && provider.logoutUrl === undefined),
  },
  {
    code: 'provider-no-backchannel-logout',
    severity: 'warning',
    check: (provider) =>
      when(signsIn(provider) && provider.logoutUrl !== undefined && !provider.backchannelLogout),
  },
  {
    code: 'provider-disabled',
    severity: 'info',
    check: ({ enabled, linkOnly }) => when(!enabled && !linkOnly),
  },
]
