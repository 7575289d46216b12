import { expect, test } from 'vitest'
import { cacheFolder, configFolder, kcadmFile } from './config-folder.ts'

const LINUX = { platform: 'linux', home: '/home/ada' }
const WINDOWS = { platform: 'win32', home: '/users/ada' }

test.each([
  ['the home folder', {}, LINUX, '/home/ada/.config/kc-logout'],
  ['XDG_CONFIG_HOME', { XDG_CONFIG_HOME: '/x' }, LINUX, '/x/kc-logout'],
  [
    'a relative XDG_CONFIG_HOME does not count',
    { XDG_CONFIG_HOME: 'x' },
    LINUX,
    '/home/ada/.config/kc-logout',
  ],
  ['macOS as Linux', {}, { ...LINUX, platform: 'darwin' }, '/home/ada/.config/kc-logout'],
  ['APPDATA on Windows', { APPDATA: '/users/ada/roaming' }, WINDOWS, '/users/ada/roaming/kc-logout'],
  ['APPDATA elsewhere does not count', { APPDATA: '/roaming' }, LINUX, '/home/ada/.config/kc-logout'],
  ['our own variable first', { KC_LOGOUT_CONFIG_DIR: '/own', XDG_CONFIG_HOME: '/x' }, LINUX, '/own'],
])('profiles are kept in: %s', (_, env, home, expected) => {
  expect(configFolder(env, home)).toBe(expected)
})

test.each([
  [{}, LINUX, '/home/ada/.cache/kc-logout'],
  [{ XDG_CACHE_HOME: '/c' }, LINUX, '/c/kc-logout'],
  [{ LOCALAPPDATA: '/local' }, WINDOWS, '/local/kc-logout'],
  [{ KC_LOGOUT_CONFIG_DIR: '/own' }, LINUX, '/own/cache'],
])('what can be fetched again: %j', (env, home, expected) => {
  expect(cacheFolder(env, home)).toBe(expected)
})

test("kcadm's file", () => {
  expect(kcadmFile('/home/ada')).toBe('/home/ada/.keycloak/kcadm.config')
})
