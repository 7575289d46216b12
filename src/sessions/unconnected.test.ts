import { describe, expect, it } from 'vitest'
import { isSeenFromHere } from './unconnected.ts'

describe('a logout URL whose host may be tried from this machine', () => {
  it.each<[url: string, server: string, expected: boolean]>([
    ['https://shop.example/logout', 'https://keycloak.example', true],
    ['http://127.0.0.1:3000/logout', 'http://localhost:8080', true],
    ['http://localhost:3000/logout', 'https://keycloak.example', false],
    ['http://localhost:3000/logout', 'http://10.0.0.5:8080', false],
    ['http://10.1.2.3/logout', 'https://keycloak.example', false],
    ['http://10.1.2.3/logout', 'http://10.0.0.5:8080', true],
    ['http://shop/logout', 'http://localhost:8080', false],
    ['http://shop.default.svc/logout', 'http://localhost:8080', false],
    ['http://shop.default.svc.cluster.local:8080/logout', 'http://10.0.0.5:8080', false],
    ['http://[::1]/logout', 'http://[::1]:8080', true],
    ['http://[fd00::1]/logout', 'https://keycloak.example', false],
  ])('%s, Keycloak at %s: %s', (url, server, expected) => {
    expect(isSeenFromHere(url, server)).toBe(expected)
  })
})
