import type { Form, ReadPage } from './html.ts'

/** What a page of Keycloak asks for. */
export type LoginPage =
  | { readonly kind: 'credentials'; readonly form: Form; readonly asksFor: readonly Credential[] }
  | { readonly kind: 'second-factor' | 'required-action' | 'identity-provider'; readonly which: string }
  | { readonly kind: 'error-page'; readonly message: string }
  | { readonly kind: 'consent' | 'needs-javascript' }
  | { readonly kind: 'unknown-page'; readonly title: string }

export type Credential = 'username' | 'password'

/**
 * Recognises a page by where its forms post to, and by the ids and field names that the themes of Keycloak 12 to 26 have:
 * custom themes keep them, because Keycloak's own scripts and its server use them.
 */
export function readLoginPage(page: ReadPage, url: URL): LoginPage {
  if (page.has('#kc-oauth, form[action*="/login-actions/consent"]')) return { kind: 'consent' }
  const action = requiredAction(page, url)
  if (action !== undefined) return { kind: 'required-action', which: action }
  const form = page.forms.find(isCredentialsForm)
  if (form) return { kind: 'credentials', form, asksFor: CREDENTIALS.filter((name) => isVisible(form, name)) }
  const factor = SECOND_FACTORS.find(([selector]) => page.has(selector))
  if (factor) return { kind: 'second-factor', which: factor[1] }
  if (page.has('#kc-error-message'))
    return { kind: 'error-page', message: shortened(page.textOf('#kc-error-message')) }
  const providers = page.textOf('#kc-social-providers')
  if (providers !== '') return { kind: 'identity-provider', which: shortened(providers) }
  if (page.hasScripts && page.forms.length === 0) return { kind: 'needs-javascript' }
  return { kind: 'unknown-page', title: shortened(page.title) }
}

/** What Keycloak says about a form that it shows again; empty if it says nothing. */
export const rejection = (page: ReadPage): string =>
  shortened(page.textOf('.kc-feedback-text, [id^="input-error"]:not([id^="input-error-container"])'))

const CREDENTIALS = ['username', 'password'] as const

const SECOND_FACTORS: readonly (readonly [selector: string, name: string])[] = [
  ['#kc-otp-login-form, [name="otp"], [name="totp"]', 'a one-time password'],
  ['#kc-recovery-code-login-form, [name="recoveryCodeInput"]', 'a recovery code'],
  ['#webauth, #authenticateWebAuthnButton, [name="clientDataJSON"]', 'a security key or passkey'],
  ['#kc-select-credential-form, [name="authenticationExecution"]', 'a choice of sign-in methods'],
]

/** Required actions by their ids in Keycloak, and by what their pages contain. */
const REQUIRED_ACTIONS: readonly (readonly [id: string, selector: string, name: string])[] = [
  ['UPDATE_PASSWORD', '#kc-passwd-update-form, [name="password-new"]', 'update the password'],
  ['CONFIGURE_TOTP', '#kc-totp-settings-form', 'set up a one-time password'],
  ['UPDATE_PROFILE', '#kc-update-profile-form', 'update the profile'],
  ['VERIFY_PROFILE', '#kc-idp-review-profile-form', 'update the profile'],
  ['UPDATE_EMAIL', '#kc-update-email-form', 'update the e-mail address'],
  ['VERIFY_EMAIL', '#kc-verify-email-form', 'verify the e-mail address'],
  ['TERMS_AND_CONDITIONS', '#kc-terms-text', 'accept the terms'],
  ['webauthn-register', '#kc-webauthn-settings-form', 'set up a security key'],
  ['CONFIGURE_RECOVERY_AUTHN_CODES', '#kc-recovery-codes-list', 'set up recovery codes'],
]

/** The address of a required action names it in every version. */
function requiredAction(page: ReadPage, { pathname, searchParams }: URL): string | undefined {
  const shown = REQUIRED_ACTIONS.find(([, selector]) => page.has(selector))
  if (shown) return shown[2]
  if (!/\/login-actions\/(required-action|action-token)$/.test(pathname)) return undefined
  const id = searchParams.get('execution') ?? ''
  return REQUIRED_ACTIONS.find(([known]) => known === id)?.[2] ?? shortened(id || page.title)
}

/** Also where a theme posts to another action of the flow: only Keycloak's own form asks for these names. */
const isCredentialsForm = (form: Form) =>
  form.method === 'POST' &&
  /\/login-actions\/authenticate/.test(form.action ?? '') &&
  CREDENTIALS.some((name) => isVisible(form, name))

const isVisible = ({ fields }: Form, name: string) =>
  fields.some((field) => field.name === name && field.type !== 'hidden')

const MAX_TEXT = 160
const shortened = (text: string) => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text)
