import { expect, test } from 'vitest'
import { cacheFolder, configFolder, kcadmFile } from './config-folder.ts'

const LINUX = { platform: 'linux', home: '/home/ada' }
const WINDOWS = { platform: 'win32', home: '/users/ada' }

test.each([
  ['the home folder by default', {}, LINUX, '/home/ada/.config/kc-logout'],
  ['XDG_CONFIG_HOME', { XDG_CONFIG_HOME: '/x' }, LINUX, '/x/kc-logout'],
  ['a relative XDG_CONFIG_HOME is ignored', { XDG_CONFIG_HOME: 'x' }, LINUX, '/home/ada/.config/kc-logout'],
  ['macOS like Linux', {}, { ...LINUX, platform: 'darwin' }, '/home/ada/.config/kc-logout'],
  ['APPDATA on Windows', { APPDATA: '/users/ada/roaming' }, WINDOWS, '/users/ada/roaming/kc-logout'],
  ['APPDATA is ignored elsewhere', { APPDATA: '/roaming' }, LINUX, '/home/ada/.config/kc-logout'],
  ['KC_LOGOUT_CONFIG_DIR first', { KC_LOGOUT_CONFIG_DIR: '/own', XDG_CONFIG_HOME: '/x' }, LINUX, '/own'],
])('configFolder: %s', (_, env, home, expected) => {
  expect(configFolder(env, home)).toBe(expected)
})

test.each([
  [{}, LINUX, '/home/ada/.cache/kc-logout'],
  [{ XDG_CACHE_HOME: '/c' }, LINUX, '/c/kc-logout'],
  [{ LOCALAPPDATA: '/local' }, WINDOWS, '/local/kc-logout'],
  [{ KC_LOGOUT_CONFIG_DIR: '/own' }, LINUX, '/own/cache'],
])('cacheFolder: %j', (env, home, expected) => {
  expect(cacheFolder(env, home)).toBe(expected)
})

test("kcadmFile is in the account's home folder", () => {
  expect(kcadmFile('/home/ada')).toBe('/home/ada/.keycloak/kcadm.config')
})
