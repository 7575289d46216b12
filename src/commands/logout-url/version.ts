import type { MatchRules } from './redirects.ts'

/**
 * How a version of Keycloak treats the parameters of a logout URL. Measured on 12.0.4, 16.1.1, 18.0.2, 20.0.5, 22.0.5,
 * 24.0.5, 25.0.6, 26.0.8, 26.4.0 and 26.7.4; other versions are taken to be like the next newer one.
 */
export interface LogoutParameters {
  /** `redirect_uri`: works up to 16, is refused from 18 to 25, ignored from 26 on. */
  readonly legacyRedirect: 'works' | 'refused' | 'ignored'
  /** Up to 16 a redirect address needs neither client nor hint: the addresses of every client count. */
  readonly redirectNeedsClient: boolean
  /** 18.0.2 refuses an address with `client_id` only. */
  readonly redirectNeedsHint: boolean
  /** 20.0.5 allows no address for a client without post-logout redirect URIs. */
  readonly unsetMeansNone: boolean
  /** Up to 16 without a hint the browser is redirected and the session stays; from 18 on Keycloak asks the user. */
  readonly asksWithoutHint: boolean
  readonly matching: MatchRules
}

/** @param version such as `26.7.4`; undefined means the newest */
export function logoutParametersOf(version: string | undefined): LogoutParameters {
  const parts = /^(\d+)\.(\d+)/.exec(version ?? '')
  const major = Number(parts?.[1] ?? Number.POSITIVE_INFINITY)
  const isNewest = major > 26 || (major === 26 && Number(parts?.[2]) >= 7)
  return {
    legacyRedirect: major < 18 ? 'works' : major < 26 ? 'refused' : 'ignored',
    redirectNeedsClient: major >= 18,
    redirectNeedsHint: major >= 18 && major < 20,
    unsetMeansNone: major >= 20 && major < 22,
    asksWithoutHint: major >= 18,
    // The stricter rules came with the fix of CVE-2023-6291 (23.0.0, and 22.0.7, which counts as the older here);
    // the newest were seen on 26.7.4, and when they came is not known.
    matching: isNewest ? 'newest' : major >= 23 ? 'strict' : 'lenient',
  }
}
