import { expect, test } from 'vitest'
import { aClient } from '../../test/support/builders.ts'
import type { Client, SamlLogoutUrls } from './model.ts'
import { samlReach } from './saml.ts'

const urls = (changes: Partial<SamlLogoutUrls>) => ({
  samlLogoutUrls: { soap: undefined, post: undefined, redirect: undefined, ...changes },
})
const SOAP = 'https://a.example/soap'
const POST = 'https://a.example/post'

// Each seen on 26.7.4, with `POST users/{id}/logout`.
test.each<[string, Partial<Client>, string]>([
  ['SOAP binding', urls({ soap: SOAP }), `soap ${SOAP}`],
  ['SOAP and POST binding', urls({ soap: SOAP, post: POST }), `soap ${SOAP}`],
  ['POST binding', urls({ post: POST }), `post ${POST}`],
  ['Master SAML Processing URL', { adminUrl: POST }, `processing-url ${POST}`],
  ['redirect binding', urls({ redirect: POST }), 'redirect-only'],
  ['no URL', {}, 'no-url'],
  ['POST binding, front channel on', { ...urls({ post: POST }), frontchannelLogout: true }, 'front-channel'],
  ['POST binding, disabled', { ...urls({ post: POST }), enabled: false }, 'disabled'],
])('%s', (_, changes, expected) => {
  const reach = samlReach(aClient({ protocol: 'saml', ...changes }))
  expect(reach.notified ? `${reach.binding} ${reach.url}` : reach.reason).toBe(expected)
})
