import { homedir, platform, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** What decides where files are kept; given by tests. */
export interface Home {
  readonly platform: string
  readonly home: string
}
const thisHome = (): Home => ({ platform: platform(), home: homedir() })

/**
 * The folder of profiles: `KC_LOGOUT_CONFIG_DIR`, else `kc-logout` in `XDG_CONFIG_HOME`, in `%APPDATA%` on Windows, or
 * in `~/.config`. A relative `XDG_CONFIG_HOME` does not count, as its specification wants. Creates nothing.
 */
export function configFolder(env: Environment, { platform, home } = thisHome()): string {
  if (env.KC_LOGOUT_CONFIG_DIR) return env.KC_LOGOUT_CONFIG_DIR
  return join(
    base(env.XDG_CONFIG_HOME, platform === 'win32' ? env.APPDATA : undefined, home, '.config'),
    'kc-logout',
  )
}

/** The folder of what can be fetched again: as above, with `XDG_CACHE_HOME`, `%LOCALAPPDATA%` and `~/.cache`. */
export function cacheFolder(env: Environment, { platform, home } = thisHome()): string {
  if (env.KC_LOGOUT_CONFIG_DIR) return join(env.KC_LOGOUT_CONFIG_DIR, 'cache')
  return join(
    base(env.XDG_CACHE_HOME, platform === 'win32' ? env.LOCALAPPDATA : undefined, home, '.cache'),
    'kc-logout',
  )
}

/** Where kcadm keeps its sign-in: in the home folder as Java sees it, which does not ask `HOME`. */
export const kcadmFile = (home = userInfo().homedir): string => join(home, '.keycloak', 'kcadm.config')

function base(xdg: string | undefined, windows: string | undefined, home: string, below: string): string {
  if (xdg && isAbsolute(xdg)) return xdg
  return windows || join(home, below)
}
