/**
 * Does a terminal of this environment show more than ASCII? Taken as UTF-8 unless the locale names something else
 * (`C`, `de_DE.ISO-8859-1`): containers and cron set none at all, and are read in terminals that know it. The console
 * of the Linux kernel (`TERM=linux`) has a font of 256 signs.
 */
export function showsUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG
  return env.TERM !== 'linux' && (!locale || /utf-?8/i.test(locale))
}
