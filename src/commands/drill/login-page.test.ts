import { describe, expect, test } from 'vitest'
import { readPage } from './html.ts'
import { readLoginPage, rejection } from './login-page.ts'

const AUTHENTICATE = '/realms/customers/login-actions/authenticate?session_code=x&amp;execution=y'
const at = (path: string) => new URL(`https://keycloak.test/realms/customers/login-actions/${path}`)
const read = (html: string, path = 'authenticate') => readLoginPage(readPage(html), at(path))
const form = (fields: string, id = 'kc-form-login') =>
  `<form id="${id}" method="post" action="${AUTHENTICATE}">${fields}</form>`

// The forms of Keycloak's themes, shortened to what a browser sends.
describe('the login form', () => {
  test.each([
    [
      '12.0.4 to 26, base theme',
      '<input tabindex="1" id="username" name="username" type="text"><input name="password" type="password"><input type="hidden" name="credentialId"><input type="checkbox" name="rememberMe"><input type="submit" name="login">',
      ['username', 'password'],
    ],
    ['with the username first', '<input name="username"><button name="login" type="submit">', ['username']],
    [
      'with the password alone',
      '<input name="password" type="password"><button type="submit">',
      ['password'],
    ],
    [
      '26.7.4 with passkeys: the form of the passkey is beside it',
      '<input name="username" type="text"><input name="password" type="password"></form><form id="webauth" method="post" action="x"><input type="hidden" name="clientDataJSON">',
      ['username', 'password'],
    ],
  ])('%s', (_, fields, asksFor) => {
    expect(read(form(fields))).toMatchObject({ kind: 'credentials', asksFor })
  })

  test('of a custom theme: other ids, other markup, a logo form', () => {
    const html = `<form action="/search"><input name="q"></form><main>${form('<div><input name="username" type="email"><p><input name="password" type="password"></p></div>', 'ours')}</main>`
    expect(read(html)).toMatchObject({ kind: 'credentials', asksFor: ['username', 'password'] })
  })

  test.each([
    ['that posts elsewhere', form('<input name="username">').replace(AUTHENTICATE, 'https://evil.test/')],
    ['by GET', form('<input name="username">').replace('post', 'get')],
    ['with hidden fields', form('<input type="hidden" name="username">')],
  ])('not one %s', (_, html) => {
    expect(read(html).kind).not.toBe('credentials')
  })
})

describe('other pages', () => {
  test.each([
    ['second-factor', 'a one-time password', form('<input id="otp" name="otp">', 'kc-otp-login-form')],
    ['second-factor', 'a one-time password', form('<input name="totp">', 'other')],
    ['second-factor', 'a recovery code', form('<input name="recoveryCodeInput">')],
    [
      'second-factor',
      'a security key or passkey',
      form('<input type="hidden" name="clientDataJSON">', 'webauth'),
    ],
    // 12.0.4 and 18.0.2 have hidden fields `username` and `password` in it.
    [
      'required-action',
      'update the password',
      form(
        '<input name="username" style="display:none"><input name="password" type="password" style="display:none"><input name="password-new" type="password">',
        'kc-passwd-update-form',
      ),
    ],
    [
      'required-action',
      'set up a one-time password',
      form('<input name="totp"><input type="hidden" name="totpSecret">', 'kc-totp-settings-form'),
    ],
    [
      'identity-provider',
      'Company login',
      '<div id="kc-social-providers"><a id="social-corp" href="/broker/corp/login">Company login</a></div>',
    ],
  ])('%s: %s', (kind, which, html) => {
    expect(read(html)).toEqual({ kind, which })
  })

  test.each([
    ['required-action?execution=VERIFY_EMAIL', 'verify the e-mail address'],
    ['required-action?execution=UPDATE_PROFILE', 'update the profile'],
    ['required-action?execution=our-own-action', 'our-own-action'],
  ])('a required action by its address: %s', (path, which) => {
    expect(read('<p>Please do</p>', path)).toEqual({ kind: 'required-action', which })
  })

  test('consent, an error, a page that a script draws, an unknown one', () => {
    const consent =
      '<form method="post" action="/realms/customers/login-actions/consent?x"><input name="accept"></form>'
    expect(read(consent, 'required-action?execution=OAUTH_GRANT')).toEqual({ kind: 'consent' })
    expect(read('<div id="kc-error-message"><p class="instruction">Client not found.</p></div>')).toEqual({
      kind: 'error-page',
      message: 'Client not found.',
    })
    expect(read('<div id="root"></div><script src="x.js"></script>')).toEqual({ kind: 'needs-javascript' })
    expect(read('<title>Page expired</title><p>x</p>')).toEqual({
      kind: 'unknown-page',
      title: 'Page expired',
    })
  })
})

test.each([
  ['<span id="input-error">Invalid username or password.</span>', 'Invalid username or password.'],
  ['<span class="kc-feedback-text">Account is disabled.</span>', 'Account is disabled.'],
  [
    '<div id="input-error-container-username"><span id="input-error-username">Invalid.</span></div>',
    'Invalid.',
  ],
  ['<div id="input-error-container-password"></div>', ''],
])('what Keycloak says about %s', (html, text) => {
  expect(rejection(readPage(html))).toBe(text)
})

test('a rejection that the page shows at both fields is said once', () => {
  const at = (id: string) => `<span id="input-error-${id}" class="kc-feedback-text">Invalid  password.</span>`
  expect(rejection(readPage(at('username') + at('password')))).toBe('Invalid password.')
})
