/** What colour depends on, for one stream. */
export interface ColourFacts {
  readonly isTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** `--no-color` was given. */
  readonly noColor: boolean
}

/**
 * Does this stream get colour? `NO_COLOR` (not empty) and `--no-color` turn it off, `FORCE_COLOR` (neither empty nor `0`)
 * turns it on, otherwise terminals that are not dumb have it. chalk's own detection ignores `NO_COLOR`.
 */
export function hasColour({ isTerminal, env, noColor }: ColourFacts): boolean {
  if (noColor || env.NO_COLOR) return false
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true
  return isTerminal && env.TERM !== 'dumb'
}
