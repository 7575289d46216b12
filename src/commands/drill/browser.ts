import type { AllowedHosts } from './hosts.ts'
import type { Form } from './html.ts'
import type { Page } from './page.ts'

/** A browser with cookies of its own: one for each application, so that none sees those of another. */
export interface Browser {
  /**
   * Opens a page and follows its redirects.
   * @throws {BrowseError} if it leads to a host that is not allowed, does not end, or does not respond
   */
  open(url: URL): Promise<Page>
  /**
   * Sends a form of a page: its fields as they are, and what was typed.
   * @throws {BrowseError} as `open`
   */
  submit(page: Page, form: Form, typed: Readonly<Record<string, string>>): Promise<Page>
  /**
   * Texts that contain the id of the Keycloak session of this browser: Keycloak's cookies, `session_state`. Undefined if
   * the browser has ended, so that they are unknown.
   */
  marks(): Promise<readonly string[] | undefined>
  /** A browser with the same cookies; what the copy receives does not change this one. Chromium returns itself. */
  copy(): Promise<Browser>
  close(): Promise<void>
}

/** Where browsers come from. */
export interface Browsers {
  open(hosts: AllowedHosts): Promise<Browser>
  close(): Promise<void>
}
