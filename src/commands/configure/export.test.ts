import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rawClient } from '../../../test/support/raw-client.ts'
import { parseStructured } from '../../config/files/yaml-file.ts'
import { toClient } from '../../keycloak/admin/representations.ts'
import { exported, toYaml } from './export.ts'
import { readWantedFile } from './file.ts'

const document = (realm: string, ...clients: { clientId: string; adminUrl?: string }[]) =>
  exported(
    realm,
    clients.map((client, i) => toClient(rawClient({ id: String(i), ...client }), realm)),
  )

describe('an export', () => {
  it('reads as YAML', () => {
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
  ])('gives %j back as it was, without anything that a terminal would obey', (name) => {
    const yaml = toYaml(document(name, { clientId: name }))
    expect(yaml).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
    expect(readWantedFile(parseStructured(yaml, 'x'))).toMatchObject({
      realm: name,
      clients: [{ clientId: name }],
    })
  })

  it('gives any name and URL back as it was', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 })
    fc.assert(
      fc.property(text, text, (clientId, adminUrl) => {
        const yaml = toYaml(document('r', { clientId, adminUrl }))
        expect(parseStructured(yaml, 'x')).toEqual(document('r', { clientId, adminUrl }))
      }),
    )
  })
})
