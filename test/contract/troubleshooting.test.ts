import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CODES } from '../../src/commands/doctor/texts/texts.ts'

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8')
const page = read('troubleshooting.md')
const contract = readdirSync(new URL('../../docs/reference', import.meta.url))
  .map((name) => read(`reference/${name}`))
  .join('\n')

/** The threads in which people met what the page is for. */
const THREADS = `
  keycloak#27342 keycloak#23604 quarkus#36216 keycloak#33842 opencloud#2328 keycloak#27359 keycloak#22914 keycloak#32124
  keycloak#28417 keycloak#15058 keycloak#10138 keycloak#8798 keycloak#21599 python-keycloak#43 keycloak#24990
  keycloak#25171 keycloak#37981 keycloak#13272 keycloak#45120 keycloak#45537 keycloak#31359 keycloak#15502
  keycloak#27275 keycloak#24763 keycloak#39742 keycloak-ui#4358 keycloak#37900 keycloak#38246 keycloak#18645
  nodejs-admin-client#260 nodejs-admin-client#136 keycloak#31895 keycloak#39604 laravel-keycloak-guard#119
  fastapi-keycloak#48 keycloak#18692 keycloak#18628 keycloak#36596 keycloak#36196 keycloak#20835 keycloak#29294
  keycloak#10552 keycloak#10549 keycloak#16137 keycloak#52927 keycloak#28939 keycloak#29260 spring-security#15003
  spring-security#15702 booklore#3291 sso-kit#222 keycloak#40984 spring-security#18295 spring-security#14524
  spring-security#15227 spring-security#16630 spring-security#15539 keycloak#30023 keycloak#34105
  security-dashboards-plugin#840 ansible-collection-services#1321 mozilla-django-oidc#326 django-allauth#3111
  spring-security#7770 user_oidc#1183 gogatekeeper#121 keycloak#12142 community.general#11473 keycloak#41150
  keycloak#45920 keycloak#45761 keycloak#26658 keycloak#44842 keycloak#15945 keycloak#12520 keycloak-js#287
  angular-oauth2-oidc#1443 nuxt-oidc-auth#62 nuxt-oidc-auth#79 keycloak#37610 keycloak#11209 keycloak#49794
  idaas-book#223 hydra#2849`
  .trim()
  .split(/\s+/)

test.each(THREADS)('%s is answered', (thread) => {
  expect(page.includes(thread)).toBe(true)
})

describe('what the page tells people to type', () => {
  const lines = [...page.matchAll(/(?:`|^\s*(?:\| )?)kc-logout ([a-z][a-z-]*)([^`\n]*)/gm)]

  test.each([...new Set(lines.map(([, command = '']) => command))])(
    '`kc-logout %s` is a command',
    (command) => {
      expect(contract.includes(`kc-logout ${command}`)).toBe(true)
    },
  )

  test.each([...new Set(lines.flatMap(([, , rest = '']) => rest.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? []))])(
    '%s is an option',
    (flag) => {
      expect(contract.includes(flag)).toBe(true)
    },
  )
})

test('codes of doctor that it names exist', () => {
  const named = [...page.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, code = '']) => code)
  const known = new Set([
    ...CODES,
    'tls-untrusted',
    'read-timeout',
    'push-revocation',
    'test-nodes-available',
    'logout-all',
  ])
  expect(named.filter((code) => !known.has(code))).toEqual([])
})
