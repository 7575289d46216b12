import { expect, test } from 'vitest'
import { type Capabilities, capabilitiesOf, capabilitiesShownBy } from '../keycloak/capabilities.ts'
import { requireOfflineSupport } from './require-offline-support.ts'

const offlineOne = [{ offline: false }, { offline: true }]
const at = (capabilities: Capabilities) => ({ capabilities: async () => capabilities })

test.each([
  ['22.0.5', capabilitiesOf('22.0.5'), /Keycloak 22\.0\.5 cannot/],
  ['an unknown version', capabilitiesShownBy({}), /not known.*hides its version/],
])('offline sessions are not ended one by one on %s: refused, exit 2', async (_, capabilities, message) => {
  await expect(requireOfflineSupport(offlineOne, at(capabilities))).rejects.toMatchObject({
    code: 'offline-not-supported',
    exitCode: 2,
    message: expect.stringMatching(message),
  })
})

test.each([
  ['24.0.5', capabilitiesOf('24.0.5')],
  ['a hidden version whose tokens show that it is new', capabilitiesShownBy({ jti: 'trrtcc:1' })],
])('they are on %s', async (_, capabilities) => {
  await expect(requireOfflineSupport(offlineOne, at(capabilities))).resolves.toBeUndefined()
})

test('where there is none, nothing is asked', async () => {
  const asked = { capabilities: () => Promise.reject(new Error('asked')) }
  await expect(requireOfflineSupport([{ offline: false }], asked)).resolves.toBeUndefined()
})
