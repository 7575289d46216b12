import type { Row } from './row.ts'

const STAYS = 'The session at the provider stays, so the user comes back without a password.'

/** Sentences about an identity provider above the realm. */
export const PROVIDER: Readonly<Record<string, Row>> = {
  'provider-signatures-not-validated': {
    message: ({ provider }) => `Identity provider ${provider}: signatures are not validated.`,
    title: 'Identity providers whose signatures are not validated',
    why: 'Anyone can forge a message of this provider. A forged logout token ends sessions of its users (seen on 26.7.4).',
    fix: 'Switch "Validate signatures" of the identity provider on, with its JWKS URL or certificate.',
  },
  'provider-no-logout-url': {
    message: ({ provider }) => `Identity provider ${provider} has no logout URL.`,
    title: 'Identity providers without a logout URL',
    why: `Keycloak cannot log its users out there. ${STAYS}`,
    fix: 'Set the logout URL of the provider and switch "Backchannel logout" on. If it has none: `kc-logout user <username> --disable`.',
  },
  'provider-no-backchannel-logout': {
    message: ({ provider }) => `Identity provider ${provider}: "Backchannel logout" is off.`,
    title: 'Identity providers with "Backchannel logout" off',
    why: `An administrator's logout has no browser, and nothing else logs the user out there. ${STAYS}`,
    fix: 'Switch "Backchannel logout" of the identity provider on.',
  },
  'provider-disabled': {
    message: ({ provider }) => `Identity provider ${provider} is disabled.`,
    title: 'Disabled identity providers',
    why: 'Users who signed in with it cannot log out in the browser: Keycloak answers with an error page (HTTP 500, seen on 26.7.4).',
    fix: 'End their sessions: `kc-logout user <username>`.',
  },
}
