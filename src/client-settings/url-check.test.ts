import { describe, expect, it } from 'vitest'
import type { UrlField } from './settings.ts'
import { textsOf } from './texts.ts'
import { checkAgainstRoot, checkUrl } from './url-check.ts'

const BOTH: readonly UrlField[] = ['backchannelLogoutUrl', 'adminUrl']
const codes = (url: string, field: UrlField) =>
  checkUrl(url, field).map(({ code, severity }) => `${severity} ${code}`)

const long = (length: number) => `https://h.example/${'x'.repeat(length - 'https://h.example/'.length)}`

describe('a logout URL, which Keycloak would store unchecked', () => {
  const refused: readonly (readonly [url: string, code: string])[] = [
    ['', 'url-empty'],
    ['ftp://x/y', 'url-scheme'],
    ['javascript:alert(1)', 'url-scheme'],
    ['data:text/html,x', 'url-scheme'],
    ['mytenant.example.com/user/keycloak', 'url-scheme'],
    ['localhost:3000/logout', 'url-scheme'],
    ['https:host/x', 'url-scheme'],
    ['https:/host/x', 'url-scheme'],
    ['https:///x', 'url-scheme'],
    ['https://', 'url-scheme'],
    ['https://?x', 'url-scheme'],
    ['logout', 'url-scheme'],
    ['./logout', 'url-scheme'],
    ['//host/x', 'url-double-slash'],
    ['https://h/p#frag', 'url-fragment'],
    ['/p#frag', 'url-fragment'],
    ['https://user:secret@h/p', 'url-credentials'],
    ['https://user@h/p', 'url-credentials'],
    ['//user@h/p', 'url-credentials'],
    ['https:user:secret@h/p', 'url-credentials'],
    ['https:/user:secret@h/p', 'url-credentials'],
    ['user:secret@h/p', 'url-credentials'],
    ['https://user:sec/ret@h/p', 'url-credentials'],
    ['https://user:sec?ret@h/p', 'url-credentials'],
    ['https://user:sec#ret@h/p', 'url-credentials'],
    ['https://h/a b', 'url-space'],
    [' https://h/a', 'url-space'],
    ['https://h/a\n', 'url-space'],
    ['https://h/\u0000', 'url-space'],
    ['https://h/\u00a0', 'url-space'],
    ['https://h\\@evil/x', 'url-credentials'],
    ['https://h\\evil/x', 'url-character'],
    ['https://h/a|b', 'url-character'],
    ['https://h/{x}', 'url-character'],
    ['https://h/${other}', 'url-character'],
    ['/"x"', 'url-character'],
    ['https://h/%zz', 'url-percent'],
    ['https://h/100%', 'url-percent'],
    ['https://h:99999/x', 'url-invalid'],
    ['https://h:x/', 'url-invalid'],
    ['https://[::1/x', 'url-invalid'],
    ['https://[nothing]/x', 'url-invalid'],
    ['https://müller.example/x', 'url-not-ascii'],
    ['https://h/ä', 'url-not-ascii'],
    ['/ä', 'url-not-ascii'],
  ]
  it.each(refused)('%j is refused (%s), as either URL', (url, code) => {
    for (const field of BOTH) expect(codes(url, field)).toEqual([`error ${code}`])
  })

  const accepted: readonly (readonly [url: string, ...findings: string[]])[] = [
    ['https://shop.example.com/logout'],
    ['HTTPS://Shop.Example.com/logout'],
    ['https://shop.example.com:8443/@ada?mail=ada@example.com'],
    ['https://[::1]:8443/@ada'],
    ['https://shop.example.com'],
    ['https://shop.example.com:8443/a/b?c=d&e=%20'],
    ['https://h?x=[1]'],
    ['https://h/x@y'],
    ['https://[2001:db8::1]/x'],
    ['/logout'],
    ['http://localhost:3000/x'],
    ['http://shop.localhost/x'],
    ['http://127.0.0.1/x'],
    ['http://127.8.9.1/x'],
    ['http://[::1]:3000/x'],
    ['http://shop.example.com/x', 'warning url-http'],
    ['http://127.0.0.1.example.com/x', 'warning url-http'],
    ['http://localhost.example.com/x', 'warning url-http'],
    ['HTTP://10.0.0.1/x', 'warning url-http'],
  ]
  it.each(accepted)('%j passes', (url, ...findings) => {
    for (const field of BOTH) expect(codes(url, field)).toEqual(findings)
  })

  it("refuses ${application.session.host} in an Admin URL, which breaks the realm's logout", () => {
    const url = 'https://${application.session.host}/x'
    expect(codes(url, 'adminUrl')).toEqual(['error admin-url-session-host'])
    expect(codes(url, 'backchannelLogoutUrl')).toEqual(['warning url-session-host'])
    expect(textsOf(checkUrl(url, 'adminUrl')[0] ?? fail())).toMatchObject({
      why: "It makes Keycloak's own logout of the realm fail with an internal error for every client.",
    })
  })

  it('refuses an Admin URL that is longer than its database column', () => {
    expect(codes(long(255), 'adminUrl')).toEqual([])
    expect(codes(long(256), 'adminUrl')).toEqual(['error url-too-long'])
    expect(codes(long(256), 'backchannelLogoutUrl')).toEqual([])
  })

  it('warns about an Admin URL that ends with what Keycloak appends', () => {
    expect(codes('https://h/user/keycloak/k_logout', 'adminUrl')).toEqual(['warning admin-url-with-action'])
    expect(codes('https://h/user/k_logout?x=1', 'adminUrl')).toEqual(['warning admin-url-with-action'])
    expect(codes('https://h/k_logout/x', 'adminUrl')).toEqual([])
    expect(codes('https://h/user/keycloak/k_logout', 'backchannelLogoutUrl')).toEqual([])
  })

  it('suggests what to write instead', () => {
    const suggestion = (url: string) => checkUrl(url, 'adminUrl')[0]?.args?.suggestion
    expect(suggestion('mytenant.example.com/x')).toBe('https://mytenant.example.com/x')
    expect(suggestion('//host/x')).toBe('https://host/x')
    expect(suggestion('https://h/p#frag')).toBe('https://h/p')
    expect(suggestion('https://müller.example/ä')).toBe('https://xn--mller-kva.example/%C3%A4')
    expect(suggestion('ftp://x/y')).toBeUndefined()
  })

  it('never repeats credentials', () => {
    const [finding] = checkUrl('https://user:secret@h/p', 'adminUrl')
    expect(JSON.stringify([finding, textsOf(finding ?? fail())])).not.toContain('secret')
  })
})

describe('a relative logout URL', () => {
  const check = (url: string, rootUrl: string | undefined) =>
    checkAgainstRoot(url, 'adminUrl', rootUrl).map(({ code, severity, args }) =>
      [severity, code, args?.resolved].filter(Boolean).join(' '),
    )

  it('is refused without a root URL, because Keycloak would post to itself', () => {
    expect(check('/x', undefined)).toEqual(['error relative-without-root'])
    expect(check('/x', '')).toEqual(['error relative-without-root'])
    expect(check('/x', ' ')).toEqual(['error relative-without-root'])
  })

  it('is refused with a root URL that is not an http(s) URL', () => {
    expect(check('/x', '/root')).toEqual(['error relative-root-unusable'])
    expect(check('/x', 'app.example.com')).toEqual(['error relative-root-unusable'])
  })

  it.each(['${authBaseUrl}', '${authAdminUrl}'])(
    'is refused with the root URL %s, which is Keycloak',
    (root) => {
      expect(check('/x', root)).toEqual(['error relative-to-keycloak'])
    },
  )

  it('is refused with another placeholder as root URL', () => {
    expect(check('/x', '${app}')).toEqual(['error relative-root-unusable'])
  })

  it('is shown with the URL that it resolves to', () => {
    expect(check('/x', 'https://app.example.com/base')).toEqual([
      'info relative-url https://app.example.com/base/x',
    ])
    expect(check('/x', 'https://app.example.com/')).toEqual(['info relative-url https://app.example.com/x'])
    expect(check('/x', 'http://app.example.com')).toEqual([
      'info relative-url http://app.example.com/x',
      'warning url-http',
    ])
  })

  it('is checked only if it is relative', () => {
    expect(check('https://app.example.com/x', undefined)).toEqual([])
  })
})

function fail(): never {
  throw new Error('nothing was found')
}
