import type { Form, ReadPage } from './http/forms.ts'

/**
 * What a page of Keycloak asks for. The names are those of the ids that its themes have had from 12 to 26, which custom
 * themes keep because Keycloak's own scripts and styles use them.
 */
export type LoginPage =
  | { readonly kind: 'credentials'; readonly form: Form; readonly asksFor: 'both' | 'username' | 'password' }
  | { readonly kind: 'second-factor'; readonly which: string }
  | { readonly kind: 'required-action'; readonly which: string }
  | { readonly kind: 'consent' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'needs-javascript' }
  | { readonly kind: 'unknown' }

const SECOND_FACTORS: readonly (readonly [id: string, name: string])[] = [
  ['kc-otp-login-form', 'one-time password'],
  ['kc-recovery-code-login-form', 'recovery code'],
  ['webauth', 'WebAuthn'],
  ['authenticateWebAuthnButton', 'WebAuthn'],
  ['kc-select-credential-form', 'choice of a sign-in method'],
]

const REQUIRED_ACTIONS: readonly (readonly [id: string, name: string])[] = [
  ['kc-passwd-update-form', 'update the password'],
  ['kc-totp-settings-form', 'set up a one-time password'],
  ['kc-update-profile-form', 'update the profile'],
  ['kc-idp-review-profile-form', 'update the profile'],
  ['kc-update-email-form', 'update the e-mail address'],
  ['kc-verify-email-form', 'verify the e-mail address'],
  ['kc-terms-text', 'accept the terms'],
  ['kc-register-webauthn', 'set up WebAuthn'],
  ['kc-recovery-codes-list', 'set up recovery codes'],
]

/** @param path of the page's address: Keycloak has paths of their own for required actions and for consent */
export function readLoginPage(page: ReadPage, path: string): LoginPage {
  const factor = named(SECOND_FACTORS, page)
  if (factor !== undefined || hasField(page, 'otp') || hasField(page, 'totp'))
    return { kind: 'second-factor', which: factor ?? 'one-time password' }
  if (page.ids.has('kc-oauth') || /\/login-actions\/consent$/.test(path)) return { kind: 'consent' }
  const action = named(REQUIRED_ACTIONS, page)
  if (action !== undefined || /\/login-actions\/(required-action|action-token)$/.test(path))
    return { kind: 'required-action', which: action ?? (page.title || 'an action that Keycloak requires') }
  const form = page.forms.find(isCredentialsForm)
  if (form) return { kind: 'credentials', form, asksFor: asked(form) }
  if (page.ids.has('kc-error-message')) return { kind: 'error', message: page.text.slice(0, 200) }
  return page.hasScripts && page.forms.length === 0 ? { kind: 'needs-javascript' } : { kind: 'unknown' }
}

/** Did Keycloak show the form again because it did not accept what was typed? Its themes say so under these ids. */
export const isRejected = (page: ReadPage): boolean =>
  [
    'input-error',
    'input-error-username',
    'input-error-password',
    'kc-feedback-text',
    'input-error-container-password',
  ].some((id) => page.ids.has(id))

const named = (table: readonly (readonly [string, string])[], { ids }: ReadPage) =>
  table.find(([id]) => ids.has(id))?.[1]

const hasField = ({ forms }: ReadPage, name: string) =>
  forms.some(({ fields }) => fields.some((field) => field.name === name && field.type !== 'hidden'))

const visible = ({ fields }: Form, name: string) =>
  fields.some((field) => field.name === name && field.type !== 'hidden')

const isCredentialsForm = (form: Form) =>
  form.method === 'POST' &&
  /\/login-actions\/authenticate/.test(form.action ?? '') &&
  (visible(form, 'username') || visible(form, 'password'))

function asked(form: Form): 'both' | 'username' | 'password' {
  if (!visible(form, 'password')) return 'username'
  return visible(form, 'username') ? 'both' : 'password'
}
