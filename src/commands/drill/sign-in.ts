import { isLoopback } from '../../util/loopback.ts'
import type { Browser } from './browser.ts'
import { actionOf, isAutomatic } from './form-data.ts'
import type { AllowedHosts } from './hosts.ts'
import { type Form, readPage } from './html.ts'
import { type Credential, type LoginPage, readLoginPage, rejection } from './login-page.ts'
import { type AppPage, look, seenOfProblem } from './look.ts'
import { BrowseError, type Page } from './page.ts'
import { type Seen, seen } from './verdict.ts'

/** What the drill types, and where it may. */
export interface SignInOptions {
  readonly user: Readonly<Record<Credential, string>>
  readonly hosts: AllowedHosts
  /** Send the password over http to a host that is not loopback. */
  readonly allowHttp: boolean
}

export type SignInResult =
  | { readonly kind: 'in'; readonly landing: string | undefined }
  | { readonly kind: 'not-in'; readonly seen: Seen }

/** Pages from the application to Keycloak and back: forms that scripts send, username and password on two pages. */
const MAX_FORMS = 8

/**
 * Opens the application as a browser does, signs in on Keycloak's login page, and checks that it is in. Types the
 * credentials only into a form of Keycloak that posts to Keycloak, and each at most once.
 */
export async function signIn(browser: Browser, app: AppPage, options: SignInOptions): Promise<SignInResult> {
  const { hosts } = options
  try {
    if ((app.signedIn || app.logoutProbe) && (await look(browser, app, hosts)).state === 'in')
      return notIn(seen('always-in'))
    const problem = await passLoginPages(browser, await browser.open(app.url), options)
    if (problem) return notIn(problem)
    // The page that was asked for counts, not the one at which the sign-in ended.
    const after = await look(browser, app, hosts)
    if (after.throughKeycloak) return notIn(seen('always-through-keycloak'))
    if (after.state === 'in') return { kind: 'in', landing: after.landing }
    const { what, detail } = after.seen
    return notIn(
      after.state === 'out' ? seen('not-signed-in', what === 'refused' ? detail : null) : after.seen,
    )
  } catch (error) {
    if (error instanceof BrowseError) return notIn(seenOfProblem(error))
    throw error
  }
}

/** Goes on until a page of the application. Returns what stood in the way. */
async function passLoginPages(
  browser: Browser,
  first: Page,
  { user, hosts, allowHttp }: SignInOptions,
): Promise<Seen | undefined> {
  const typed = new Set<Credential>()
  let page = first
  for (let count = 0; count < MAX_FORMS; count++) {
    if (!hosts.isKeycloak(page.url) && typed.size > 0) return undefined
    const read = readPage(page.body)
    const automatic = automaticForm(read.forms, page, hosts)
    if (automatic) {
      page = await browser.submit(page, automatic, {})
      continue
    }
    if (!hosts.isKeycloak(page.url)) return withoutLogin(page)
    const login = readLoginPage(read, page.url)
    if (login.kind !== 'credentials') return seenOnPage(login, page)
    const { form, asksFor } = login
    if (asksFor.some((name) => typed.has(name))) return seen('wrong-password', rejection(read) || null)
    const action = actionOf(form, page)
    if (!action || !hosts.isKeycloak(action))
      return seen('unknown-page', 'its form does not post to Keycloak')
    if (action.protocol === 'http:' && !allowHttp && !isLoopback(action.hostname))
      return seen('unencrypted', action.host)
    for (const name of asksFor) typed.add(name)
    page = await browser.submit(page, form, Object.fromEntries(asksFor.map((name) => [name, user[name]])))
  }
  return seen('too-many-redirects')
}

/** The form that a script would send: from Keycloak to the application, or from there to a page that signs in. */
function automaticForm(forms: readonly Form[], page: Page, hosts: AllowedHosts): Form | undefined {
  const [form, ...more] = forms
  const action = form && actionOf(form, page)
  if (!form || !action || more.length > 0 || !isAutomatic(form)) return undefined
  if (hosts.isKeycloak(page.url)) return hosts.isKeycloak(action) ? undefined : form
  return hosts.isKeycloak(action) && /\/protocol\/(saml|openid-connect\/auth)$/.test(action.pathname)
    ? form
    : undefined
}

const notIn = (seen: Seen): SignInResult => ({ kind: 'not-in', seen })

/** A page that the application shows to anybody, or draws with a script. */
function withoutLogin(page: Page): Seen {
  if (page.status >= 400) return seen('http-status', page.status)
  const { hasScripts, text } = readPage(page.body)
  return seen(hasScripts && text.length < 500 ? 'needs-javascript' : 'no-login-page')
}

function seenOnPage(login: Exclude<LoginPage, { kind: 'credentials' }>, { status }: Page): Seen {
  switch (login.kind) {
    case 'error-page':
      return seen('error-page', login.message)
    case 'consent':
    case 'needs-javascript':
      return seen(login.kind)
    case 'unknown-page':
      return status >= 400 ? seen('http-status', status) : seen('unknown-page', login.title || null)
    default:
      return seen(login.kind, login.which)
  }
}
