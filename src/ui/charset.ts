/**
 * Can the terminal show Unicode? UTF-8 is assumed unless the locale names another character set (`C`,
 * `de_DE.ISO-8859-1`): containers and cron set no locale, and their output is read in UTF-8 terminals. The console of the
 * Linux kernel (`TERM=linux`) has only 256 characters.
 */
export function showsUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG
  return env.TERM !== 'linux' && (!locale || /utf-?8/i.test(locale))
}
