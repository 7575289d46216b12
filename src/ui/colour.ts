/** What decides about colour, for one stream. */
export interface ColourFacts {
  readonly isTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** `--no-color` was given. */
  readonly noColor: boolean
}

/**
 * May this stream have colour? `NO_COLOR` (not empty) and `--no-color` win over everything, `FORCE_COLOR` (neither empty
 * nor `0`) turns it on, else a terminal that is not dumb has it. chalk's own guess ignores `NO_COLOR`.
 */
export function hasColour({ isTerminal, env, noColor }: ColourFacts): boolean {
  if (noColor || env.NO_COLOR) return false
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true
  return isTerminal && env.TERM !== 'dumb'
}
