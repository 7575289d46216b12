import type { Form } from './html.ts'
import type { Page } from './page.ts'

/** Where a form is sent to; undefined if that is not a valid address. */
export function actionOf({ action, base }: Form, { url }: Page): URL | undefined {
  // Without an action it is the page itself, whatever the base is (HTML, form submission algorithm).
  if (!action) return url
  const from = base !== undefined && URL.canParse(base, url.href) ? new URL(base, url.href) : url
  return URL.canParse(action, from.href) ? new URL(action, from.href) : undefined
}

const NOT_SENT = new Set(['submit', 'button', 'image', 'reset', 'file'])

/** What a browser sends when Enter is pressed: the fields with what was typed. No buttons, no "Remember me". */
export const filled = ({ fields }: Form, typed: Readonly<Record<string, string>>) =>
  fields
    .filter(({ type, name }) => !NOT_SENT.has(type) && name !== 'rememberMe')
    .map(({ name, value }) => [name, Object.hasOwn(typed, name) ? (typed[name] ?? value) : value] as const)

/** A form without visible fields, which a script sends at once: `response_mode=form_post`, SAML's POST binding. */
export const isAutomatic = ({ method, fields }: Form): boolean =>
  method === 'POST' && fields.length > 0 && fields.every(({ type }) => type === 'hidden' || type === 'submit')
