import { describe, expect, it } from 'vitest'
import { cumulocity } from './preset.ts'

describe('the URL of a Cumulocity tenant', () => {
  const BOTH = {
    backchannelLogoutUrl: 'https://mytenant.example.com/user/logout/oidc',
    adminUrl: 'https://mytenant.example.com/user/keycloak',
  }
  it.each([
    'https://mytenant.example.com',
    'https://mytenant.example.com/',
    'HTTPS://MyTenant.Example.com/',
    'https://mytenant.example.com:443',
  ])('%s gives both URLs', (tenantUrl) => {
    expect(cumulocity(tenantUrl)).toEqual({ desired: BOTH, findings: [] })
  })

  it('keeps the port, and http for a tenant on loopback', () => {
    expect(cumulocity('http://localhost:8111').desired).toEqual({
      backchannelLogoutUrl: 'http://localhost:8111/user/logout/oidc',
      adminUrl: 'http://localhost:8111/user/keycloak',
    })
  })

  const refused: readonly (readonly [tenantUrl: string, code: string])[] = [
    ['', 'url-empty'],
    ['mytenant.example.com', 'url-scheme'],
    ['/user', 'url-scheme'],
    ['//mytenant.example.com', 'url-double-slash'],
    ['https://mytenant.example.com/apps/cockpit', 'tenant-url-with-path'],
    ['https://mytenant.example.com/user/logout/oidc', 'tenant-url-with-path'],
    ['https://mytenant.example.com/?x=1', 'tenant-url-with-path'],
    ['https://mytenant.example.com/#/x', 'url-fragment'],
    ['https://me:pw@mytenant.example.com', 'url-credentials'],
    ['https://${application.session.host}/', 'url-character'],
  ]
  it.each(refused)('%j is refused (%s), without settings', (tenantUrl, code) => {
    const { desired, findings } = cumulocity(tenantUrl)
    expect(desired).toEqual({})
    expect(findings).toMatchObject([{ code, severity: 'error', args: { field: 'tenantUrl' } }])
  })
})
