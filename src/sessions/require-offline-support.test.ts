import { expect, test } from 'vitest'
import { type Capabilities, capabilitiesOf, capabilitiesShownBy } from '../keycloak/capabilities.ts'
import { requireOfflineSupport } from './require-offline-support.ts'

const sessions = [{ offline: false }, { offline: true }]
const at = (capabilities: Capabilities) => ({ capabilities: async () => capabilities })

test.each([
  ['22.0.5', capabilitiesOf('22.0.5'), /Keycloak 22\.0\.5 cannot/],
  ['an unknown version', capabilitiesShownBy({}), /unknown whether.*hides its version/],
])('refuses to end single offline sessions on %s: exit 2', async (_, capabilities, message) => {
  await expect(requireOfflineSupport(sessions, at(capabilities))).rejects.toMatchObject({
    code: 'offline-not-supported',
    exitCode: 2,
    message: expect.stringMatching(message),
  })
})

test.each([
  ['24.0.5', capabilitiesOf('24.0.5')],
  ['a hidden version, if its tokens show that it is new enough', capabilitiesShownBy({ jti: 'trrtcc:1' })],
])('allows it on %s', async (_, capabilities) => {
  await expect(requireOfflineSupport(sessions, at(capabilities))).resolves.toBeUndefined()
})

test('sends no request without offline sessions', async () => {
  const failing = { capabilities: () => Promise.reject(new Error('requested')) }
  await expect(requireOfflineSupport([{ offline: false }], failing)).resolves.toBeUndefined()
})
