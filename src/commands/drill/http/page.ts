/** A page as a browser would have it: where it came from, how it was answered, what it says. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly body: string
  /** Every address on the way to it, without query, the first one asked for first. */
  readonly way: readonly string[]
}

/** Why a page could not be had. */
export type BrowseProblem =
  | { readonly kind: 'foreign-host'; readonly host: string }
  | { readonly kind: 'too-many-redirects' }
  | { readonly kind: 'bad-redirect' }
  | { readonly kind: 'unreachable'; readonly reason: string }

export class BrowseError extends Error {
  readonly problem: BrowseProblem

  constructor(problem: BrowseProblem) {
    super(problem.kind)
    this.name = 'BrowseError'
    this.problem = problem
  }
}
