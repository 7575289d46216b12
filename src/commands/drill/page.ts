import type { AllowedHosts } from './hosts.ts'

/** A page as a browser has it: its address, the status of the answer, its HTML. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly body: string
  /** Every address that HTTP redirects led through, without query, the requested one first. */
  readonly way: readonly string[]
}

/** Why a page could not be opened. */
export type BrowseProblem =
  | { readonly kind: 'foreign-host'; readonly host: string; readonly provider: string | undefined }
  | { readonly kind: 'form-redirected'; readonly host: string }
  | { readonly kind: 'too-many-redirects' | 'bad-redirect' }
  | { readonly kind: 'unreachable'; readonly reason: string }

/** A page could not be opened. */
export class BrowseError extends Error {
  readonly problem: BrowseProblem

  constructor(problem: BrowseProblem) {
    super(problem.kind)
    this.name = 'BrowseError'
    this.problem = problem
  }
}

/** The alias of the identity provider that Keycloak redirected to last. */
export function providerIn(way: readonly string[], hosts: AllowedHosts): string | undefined {
  const last = way.at(-1)
  if (last === undefined || !hosts.isKeycloak(new URL(last))) return undefined
  return /\/broker\/([^/]+)\/login$/.exec(last)?.[1]
}
