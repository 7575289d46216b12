import type { TestRealm } from './realm.ts'

/** A fine-grained admin permission, version 2 (26.2 and later). */
export interface AdminPermission {
  /** Who gets it. */
  readonly to: string
  readonly type: 'Users' | 'Clients'
  /** Internal ids; empty for all. */
  readonly of: readonly string[]
  readonly scopes: readonly string[]
}

/** Grants a permission in a realm created with `adminPermissionsEnabled`. */
export async function permit(realm: TestRealm, { to, type, of, scopes }: AdminPermission): Promise<void> {
  const server = `/clients/${await realm.idOfClient('admin-permissions')}/authz/resource-server`
  const name = `${to}-${type}-${of.length}-${scopes.join('-')}`
  await realm.post(`${server}/policy/user`, { name: `policy-${name}`, users: [await realm.idOfUser(to)] })
  await realm.post(`${server}/permission/scope`, {
    name,
    resourceType: type,
    resources: of,
    scopes,
    policies: [`policy-${name}`],
  })
}
