import { describe, expect, it } from 'vitest'
import { maskCredentials, maskCredentialsInText } from './mask-credentials.ts'

describe('maskCredentials', () => {
  it.each([
    ['https://ada:sesame@shop.example/out', 'https://***@shop.example/out'],
    ['https://ada@shop.example', 'https://***@shop.example'],
    ['HTTPS://ada:sesame@[2001:db8::1]:8443/', 'HTTPS://***@[2001:db8::1]:8443/'],
    ['https://ada:p@sesame@shop.example/@x', 'https://***@shop.example/@x'],
    ['//ada:sesame@shop.example/out', '//***@shop.example/out'],
    ['https://ada:sesame@${host}/out', 'https://***@${host}/out'],
    // Not the syntax of a URL, but still a password.
    ['https:ada:sesame@shop.example', 'https:***@shop.example'],
    ['https:/ada:sesame@shop.example', 'https:/***@shop.example'],
    ['ada:sesame@shop.example/out', '***@shop.example/out'],
    ['https://ada:ses/ame@shop.example/out', 'https://***@shop.example/out'],
    ['https://ada:ses?ame@shop.example/out', 'https://***@shop.example/out'],
    ['https://ada:ses#ame@shop.example/out', 'https://***@shop.example/out'],
  ])('%s is shown as %s', (url, shown) => {
    expect(maskCredentials(url)).toBe(shown)
  })

  it.each([
    'https://shop.example/out',
    'https://shop.example/@ada',
    'https://shop.example:8443/?mail=ada@example.com',
    'https://[::1]:8443/@ada',
    '/out/@ada',
    '',
  ])('leaves %j unchanged', (url) => {
    expect(maskCredentials(url)).toBe(url)
  })
})

it('maskCredentialsInText masks every URL in a text', () => {
  expect(
    maskCredentialsInText(
      'from "https://ada:sesame@a.example/x", to https://b:sesame@b.example; mail ada@example.com',
    ),
  ).toBe('from "https://***@a.example/x", to https://***@b.example; mail ada@example.com')
})
