import { beforeEach, describe, expect, it } from 'vitest'
import { allRealm, resultOf } from '../../../test/support/all-realm.ts'
import { EXIT } from '../../errors.ts'

const realm = allRealm()

describe('all, if the caller lacks a role', () => {
  beforeEach(() => {
    realm.signIn('ada', 's1')
  })

  it('ends with exit 4 before the first operation', async () => {
    realm.keycloak.roles = { 'manage-users': false }
    const ran = await realm.confirmed()
    expect([ran.code, realm.operations(), realm.active()]).toEqual([EXIT.denied, [], ['s1']])
    expect(ran.json()).toMatchObject({
      error: { code: 'role-missing', message: 'You lack manage-users: this will be refused.' },
    })
  })

  it('names manage-realm, too, if it is needed', async () => {
    realm.keycloak.roles = { 'manage-users': false, 'manage-realm': false }
    const ran = await realm.confirmed('--cut-off-first')
    expect(ran.json()).toMatchObject({
      error: { message: expect.stringContaining('manage-users and manage-realm') },
    })
  })

  it('shows the plan of a dry run, and ends with exit 4', async () => {
    realm.keycloak.roles = { 'manage-users': false }
    const ran = await realm.all('--dry-run --json')
    expect(ran.code).toBe(EXIT.denied)
    expect(resultOf(ran)).toMatchObject({ dryRun: true, verdict: 'planned', error: { code: 'role-missing' } })
    expect(ran.stderr).toContain('You lack manage-users')
  })

  it('runs if the roles are unknown', async () => {
    realm.keycloak.roles = {}
    expect((await realm.confirmed()).code).toBe(EXIT.ok)
  })
})
