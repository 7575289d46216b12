import { expect, test } from 'vitest'
import { chromiumProxy } from './proxy.ts'

const urls = (...texts: string[]) => texts.map((text) => new URL(text))
const proxy = (text: string) => new URL(text)

test('no proxy, and one with credentials that some hosts are excepted from', () => {
  expect(chromiumProxy(urls('https://a.test'), () => undefined)).toBeUndefined()
  const found = chromiumProxy(
    urls('https://a.test', 'https://b.test:8443', 'http://b.test'),
    ({ hostname }) => (hostname === 'b.test' ? undefined : proxy('http://ann:p%40ss@proxy.test:3128')),
  )
  expect(found).toEqual({
    server: 'http://proxy.test:3128',
    bypass: 'b.test:8443,b.test:80',
    username: 'ann',
    password: 'p@ss',
  })
})

test('two different proxies: exit 2', () => {
  expect(() =>
    chromiumProxy(urls('http://a.test'), ({ protocol }) => proxy(`http://${protocol.slice(0, -1)}.test`)),
  ).toThrow('HTTP_PROXY and HTTPS_PROXY differ')
})
