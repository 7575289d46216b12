import type { HttpBrowser } from './http/browser.ts'
import { type Form, readPage } from './http/forms.ts'
import type { AllowedHosts } from './http/hosts.ts'
import type { Page } from './http/page.ts'
import { BrowseError } from './http/page.ts'
import { isRejected, readLoginPage } from './login-page.ts'
import type { Look, Seen } from './verdict.ts'

/** A user name, and the password when it is needed. */
export interface DrillUser {
  readonly username: string
  readonly password: string
}

/** The page of an application that only somebody who is signed in gets to see. */
export interface AppPage {
  readonly url: URL
  /** A text that stands on it only for somebody who is signed in. */
  readonly signedIn?: string | undefined
  /** Asked in its place after the sign-in: an address that answers 2xx only to somebody who is signed in. */
  readonly logoutProbe?: URL | undefined
}

export type SignInResult =
  | { readonly kind: 'in'; readonly sessionId: string }
  | { readonly kind: 'not-in'; readonly seen: Seen }

/** Keycloak may ask for the user name first, then for the password, then once more for a moment. */
const MOST_FORMS = 4

/**
 * Opens the application as a browser does, signs in at the login page that it leads to, and sees that it is in.
 * The password goes to nothing but a form of Keycloak that posts to Keycloak.
 */
export async function signIn(
  browser: HttpBrowser,
  app: AppPage,
  { username, password }: DrillUser,
  hosts: AllowedHosts,
): Promise<SignInResult> {
  try {
    let page = await browser.open(app.url)
    let posted: string | undefined
    if (!hosts.isKeycloak(page.url)) return notIn(notLedToLogin(page))
    for (let count = 0; hosts.isKeycloak(page.url); count++) {
      const read = readPage(page.body)
      const login = readLoginPage(read, page.url.pathname)
      if (isFormPost(read.forms, page, hosts)) {
        posted = read.forms[0]?.fields.find(({ name }) => name === 'session_state')?.value
        page = await submit(browser, page, read.forms[0])
      } else if (login.kind !== 'credentials') return notIn(seenOf(login, page))
      else {
        if (count > 0 && isRejected(read)) return notIn({ what: 'wrong-password' })
        const action = actionOf(login.form, page)
        if (count >= MOST_FORMS || !action || !hosts.isKeycloak(action))
          return notIn({ what: 'unknown-page' })
        const typed: Record<string, string> =
          login.asksFor === 'username'
            ? { username }
            : login.asksFor === 'password'
              ? { password }
              : { username, password }
        page = await browser.open(action, { method: 'POST', form: filled(login.form, typed) })
      }
    }
    // Not the page that the sign-in ended at, but the one that was asked for counts.
    const after = await visit(browser, app, hosts)
    if (after.throughKeycloak) return notIn({ what: 'always-through-keycloak' })
    if (after.look !== 'in') return notIn({ what: 'not-signed-in' })
    const sessionId = posted ?? browser.sessionState
    return sessionId === undefined ? notIn({ what: 'no-session' }) : { kind: 'in', sessionId }
  } catch (error) {
    if (error instanceof BrowseError) return notIn(seenOfProblem(error))
    throw error
  }
}

/** One look at the application with the cookies that the browser holds. Never signs in. */
export async function look(browser: HttpBrowser, app: AppPage, hosts: AllowedHosts): Promise<Look> {
  return (await visit(browser, app, hosts)).look
}

async function visit(
  browser: HttpBrowser,
  app: AppPage,
  hosts: AllowedHosts,
): Promise<{ readonly look: Look; readonly throughKeycloak: boolean }> {
  try {
    const page = await browser.open(app.logoutProbe ?? app.url)
    const throughKeycloak = page.way.some((address) => hosts.isKeycloak(new URL(address)))
    return { look: lookOf(page, app, hosts), throughKeycloak }
  } catch (error) {
    if (error instanceof BrowseError) return { look: 'unknown', throughKeycloak: false }
    throw error
  }
}

function lookOf(page: Page, app: AppPage, hosts: AllowedHosts): Look {
  if (hosts.isKeycloak(page.url) || page.status === 401 || page.status === 403) return 'out'
  if (page.status >= 400) return 'unknown'
  if (app.logoutProbe) return 'in'
  if (app.signedIn !== undefined) return readPage(page.body).text.includes(app.signedIn) ? 'in' : 'out'
  // Without a sign-in this address led to Keycloak; another page says neither.
  return page.url.origin === app.url.origin && page.url.pathname === app.url.pathname ? 'in' : 'unknown'
}

/** `response_mode=form_post`: a page of Keycloak whose only form posts to the application by script. */
function isFormPost(forms: readonly Form[], page: Page, hosts: AllowedHosts): boolean {
  const [form] = forms
  const action = form && actionOf(form, page)
  return (
    forms.length === 1 &&
    action !== undefined &&
    !hosts.isKeycloak(action) &&
    form?.method === 'POST' &&
    form.fields.length > 0 &&
    form.fields.every(({ type }) => type === 'hidden' || type === 'submit')
  )
}

async function submit(browser: HttpBrowser, page: Page, form: Form | undefined): Promise<Page> {
  const action = form && actionOf(form, page)
  if (!form || !action) throw new BrowseError({ kind: 'bad-redirect' })
  return await browser.open(action, { method: 'POST', form: filled(form, {}) })
}

const actionOf = ({ action }: Form, page: Page): URL | undefined =>
  URL.canParse(action ?? '', page.url.href) ? new URL(action ?? '', page.url.href) : undefined

/** What a browser sends: fields as they stand, those that were typed, and no button but none. */
function filled(form: Form, typed: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return form.fields
    .filter(
      ({ type, name }) => type !== 'submit' && type !== 'button' && type !== 'image' && name !== 'rememberMe',
    )
    .map(({ name, value }) => [name, typed[name] ?? value] as const)
}

const notIn = (seen: Seen): SignInResult => ({ kind: 'not-in', seen })

/** An application that shows a page to anybody, or draws it by script. */
function notLedToLogin(page: Page): Seen {
  if (page.status >= 400) return { what: 'http-status', status: page.status }
  const { hasScripts, text } = readPage(page.body)
  return { what: hasScripts && text.length < 500 ? 'needs-javascript' : 'no-login-page' }
}

function seenOf(login: ReturnType<typeof readLoginPage>, page: Page): Seen {
  switch (login.kind) {
    case 'second-factor':
    case 'required-action':
      return { what: login.kind, which: login.which }
    case 'consent':
    case 'needs-javascript':
      return { what: login.kind }
    case 'error':
      return { what: 'error-page', message: login.message }
    default:
      return page.status >= 400 ? { what: 'http-status', status: page.status } : { what: 'unknown-page' }
  }
}

function seenOfProblem({ problem }: BrowseError): Seen {
  switch (problem.kind) {
    case 'foreign-host':
      return { what: 'foreign-host', host: problem.host }
    case 'unreachable':
      return { what: 'unreachable', reason: problem.reason }
    default:
      return { what: problem.kind }
  }
}
