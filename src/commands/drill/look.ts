import type { Browser } from './browser.ts'
import type { AllowedHosts } from './hosts.ts'
import { readPage } from './html.ts'
import { BrowseError, type Page } from './page.ts'
import { type Look, type Seen, seen } from './verdict.ts'

/** The page of an application that shows whether its user is signed in. */
export interface AppPage {
  readonly url: URL
  /** What the page contains only if somebody is signed in. */
  readonly signedIn?: { readonly text: string } | { readonly selector: string } | undefined
  /** Opened instead after the sign-in; answers 2xx only if somebody is signed in. */
  readonly logoutProbe?: URL | undefined
}

export interface Visit extends Look {
  /** Did HTTP redirects lead through Keycloak? Then Keycloak's session was asked, not only the application's. */
  readonly throughKeycloak: boolean
  /** Where the visit ended, without query; undefined if nothing was opened. */
  readonly landing: string | undefined
}

/**
 * Opens the application and says whether it shows somebody who is signed in. Never signs in.
 * @param landing where it ended when somebody was signed in; without it any page of the application counts
 */
export async function look(
  browser: Browser,
  app: AppPage,
  hosts: AllowedHosts,
  landing?: string,
): Promise<Visit> {
  try {
    const page = await browser.open(app.logoutProbe ?? app.url)
    return {
      ...lookAt(page, app, hosts, landing),
      throughKeycloak: page.way.some((address) => hosts.isKeycloak(new URL(address))),
      landing: addressOf(page.url),
    }
  } catch (error) {
    if (!(error instanceof BrowseError)) throw error
    return { state: 'unknown', seen: seenOfProblem(error), throughKeycloak: false, landing: undefined }
  }
}

function lookAt(page: Page, app: AppPage, hosts: AllowedHosts, landing: string | undefined): Look {
  const { status, url } = page
  if (status === 401 || status === 403) return { state: 'out', seen: seen('refused', status) }
  if (status < 200 || status >= 300) return { state: 'unknown', seen: seen('http-status', status) }
  if (hosts.isKeycloak(url)) return { state: 'out', seen: seen('login-page') }
  if (app.signedIn)
    return hasMark(page, app.signedIn)
      ? { state: 'in', seen: seen('mark') }
      : { state: 'out', seen: seen('mark-missing') }
  const { logoutProbe } = app
  if (logoutProbe && addressOf(url) !== addressOf(logoutProbe))
    return { state: 'out', seen: seen('probe-redirected') }
  return landing === undefined || addressOf(url) === landing
    ? { state: 'in', seen: seen('page', status) }
    : { state: 'unknown', seen: seen('other-page') }
}

function hasMark({ body }: Page, mark: NonNullable<AppPage['signedIn']>): boolean {
  const page = readPage(body)
  return 'text' in mark ? page.text.includes(mark.text) : page.has(mark.selector)
}

const addressOf = ({ origin, pathname }: URL) => `${origin}${pathname}`

/** What is said about a page that could not be opened. */
export function seenOfProblem({ problem }: BrowseError): Seen {
  switch (problem.kind) {
    case 'foreign-host':
      return problem.provider === undefined
        ? seen('foreign-host', problem.host)
        : seen('identity-provider', problem.provider)
    case 'form-redirected':
      return seen('form-redirected', problem.host)
    case 'unreachable':
      return seen('unreachable', problem.reason)
    default:
      return seen(problem.kind)
  }
}
