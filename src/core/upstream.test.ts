import { describe, expect, it } from 'vitest'
import type { IdentityProvider } from './model.ts'
import { upstreamsOf } from './upstream.ts'

const provider = (changes: Partial<IdentityProvider> = {}): IdentityProvider => ({
  alias: 'up',
  providerId: 'oidc',
  enabled: true,
  linkOnly: false,
  logoutUrl: 'https://up.example/logout',
  backchannelLogout: true,
  validatesSignatures: true,
  ...changes,
})

describe('the identity providers of a user', () => {
  it.each<[string, Partial<IdentityProvider>, readonly (boolean | null)[]]>([
    ['end their session, too', {}, [true]],
    ['keep it without a logout URL', { logoutUrl: undefined }, [false]],
    ['keep it without backchannel logout', { backchannelLogout: false }, [false]],
    ['do not matter if they are only linked', { linkOnly: true }, []],
    ['do not matter if they are disabled', { enabled: false }, []],
    ['do not matter if they were deleted', { alias: 'other' }, []],
  ])('%s', (_, changes, ends) => {
    expect(upstreamsOf(['up'], [provider(changes)]).map(({ endsSession }) => endsSession)).toEqual(ends)
  })

  it('are unknown if they may not be read', () => {
    expect(upstreamsOf(['up'], undefined)).toEqual([{ alias: 'up', endsSession: null }])
  })
})
