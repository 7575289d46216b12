import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rawClient } from '../../../test/support/raw-client.ts'
import { parseStructured } from '../../config/files/yaml-file.ts'
import { toClient } from '../../keycloak/admin/representations.ts'
import { exportedSettings, toYaml } from './export.ts'
import { readSettingsFile } from './settings-file.ts'

const document = (realm: string, ...clients: { clientId: string; adminUrl?: string }[]) =>
  exportedSettings(
    realm,
    clients.map((client, i) => toClient(rawClient({ id: String(i), ...client }), realm)),
  )

describe('an export', () => {
  it('is YAML with every setting', () => {
    expect(toYaml(document('customers', { clientId: 'shop', adminUrl: 'https://a.example/x' }))).toBe(
      `realm: "customers"
clients:
  - clientId: "shop"
    backchannelLogoutUrl: null
    backchannelLogoutSessionRequired: false
    backchannelLogoutRevokeOfflineTokens: false
    adminUrl: "https://a.example/x"
    frontchannelLogout: false
`,
    )
  })

  it.each([
    'no',
    '1e3',
    '~',
    '2001-01-01',
    'a: b # c',
    '"quoted"\\',
    'Müller 顧客',
    '- x',
    '\u202ereversed\u0007',
    '\u{1f600}\u200b',
  ])('keeps the name %j and contains no control characters', (name) => {
    const yaml = toYaml(document(name, { clientId: name }))
    expect(yaml).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
    expect(readSettingsFile(parseStructured(yaml, 'x'))).toMatchObject({
      realm: name,
      clients: [{ clientId: name }],
    })
  })

  it('keeps any name and URL', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 })
    fc.assert(
      fc.property(text, text, (clientId, adminUrl) => {
        const yaml = toYaml(document('r', { clientId, adminUrl }))
        expect(parseStructured(yaml, 'x')).toEqual(document('r', { clientId, adminUrl }))
      }),
    )
  })
})
