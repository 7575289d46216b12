const LEVELS = ['quick', 'usual', 'full'] as const

/** How much the suites of this folder try: quick (.ci/run), usual or full (hours). */
export const EXTENT = extent(process.env.KC_LOGOUT_TEST_TRUST || 'usual')

/** The value for the extent of this run. */
export const byExtent = <T>(values: Readonly<Record<(typeof LEVELS)[number], T>>): T => values[EXTENT]

function extent(word: string): (typeof LEVELS)[number] {
  const level = LEVELS.find((known) => known === word)
  if (!level) throw new Error(`KC_LOGOUT_TEST_TRUST is ${LEVELS.join(', ')}, not ${word}`)
  return level
}
