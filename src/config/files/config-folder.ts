import { homedir, platform, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Environment } from '../settings.ts'

/** The platform and home folder; tests pass their own. */
export interface Home {
  readonly platform: string
  readonly home: string
}
const thisHome = (): Home => ({ platform: platform(), home: homedir() })

/**
 * The folder of profiles: `KC_LOGOUT_CONFIG_DIR`, else `kc-logout` in `XDG_CONFIG_HOME`, in `%APPDATA%` on Windows, or
 * in `~/.config`. A relative `XDG_CONFIG_HOME` is ignored (XDG Base Directory Specification). Creates nothing.
 */
export function configFolder(env: Environment, { platform, home } = thisHome()): string {
  if (env.KC_LOGOUT_CONFIG_DIR) return env.KC_LOGOUT_CONFIG_DIR
  return join(
    base(env.XDG_CONFIG_HOME, platform === 'win32' ? env.APPDATA : undefined, home, '.config'),
    'kc-logout',
  )
}

/** The cache folder: as `configFolder`, with `XDG_CACHE_HOME`, `%LOCALAPPDATA%` and `~/.cache`. */
export function cacheFolder(env: Environment, { platform, home } = thisHome()): string {
  if (env.KC_LOGOUT_CONFIG_DIR) return join(env.KC_LOGOUT_CONFIG_DIR, 'cache')
  return join(
    base(env.XDG_CACHE_HOME, platform === 'win32' ? env.LOCALAPPDATA : undefined, home, '.cache'),
    'kc-logout',
  )
}

/** kcadm's configuration file, in the home folder of the account: Java does not read `HOME`. */
export const kcadmFile = (home = userInfo().homedir): string => join(home, '.keycloak', 'kcadm.config')

function base(xdg: string | undefined, windows: string | undefined, home: string, below: string): string {
  if (xdg && isAbsolute(xdg)) return xdg
  return windows || join(home, below)
}
