import { expect, test } from 'vitest'
import { UserError } from '../errors.ts'
import { parseEvidence } from './source.ts'

test.each([
  ['jaeger:http://127.0.0.1:16686', { kind: 'jaeger', url: 'http://127.0.0.1:16686/' }],
  ['tempo:https://tempo.example/base', { kind: 'tempo', url: 'https://tempo.example/base/' }],
  ['log:/var/log/keycloak.log', { kind: 'log', path: '/var/log/keycloak.log' }],
  ['log:-', { kind: 'log', path: '-' }],
  ['log:a:b', { kind: 'log', path: 'a:b' }],
  ['otlp:127.0.0.1:4318', { kind: 'otlp', host: '127.0.0.1', port: 4318 }],
  ['otlp:[::1]:4318', { kind: 'otlp', host: '::1', port: 4318 }],
])('%s is a source of evidence', (text, source) => {
  expect(parseEvidence(text)).toEqual(source)
})

test.each([
  '',
  'jaeger',
  'jaeger:',
  'jaeger:localhost:16686',
  'jaeger:ftp://host',
  'jaeger:http://host/?x=1',
  'tempo:http://me:secret@host',
  'zipkin:http://host',
  'log:',
  'otlp:4318',
  'otlp:host:70000',
  'otlp:host:port',
])('%j is refused with exit 2, and no password is repeated', (text) => {
  let thrown: unknown
  try {
    parseEvidence(text)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(UserError)
  expect(thrown).toMatchObject({ code: 'bad-evidence', exitCode: 2 })
  expect(String(thrown)).not.toContain('secret')
})
