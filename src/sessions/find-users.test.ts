import { expect, it } from 'vitest'
import { UserError } from '../errors.ts'
import { findUsers as findUsersOf, readUserNames } from './find-users.ts'

const files = (...lines: string[]) => ({
  async *lines() {
    yield* lines
  },
})

it('refuses a name with a NUL character, exit 2', async () => {
  await expect(readUserNames(['-'], files('ada', 'b\0b'))).rejects.toMatchObject({
    code: 'bad-name',
    exitCode: 2,
  })
})

it('refuses a name that is longer than any in Keycloak, exit 2', async () => {
  const name = 'x'.repeat(1_000_000)
  const error = await readUserNames(['-'], files('ada', name)).catch((thrown: UserError) => thrown)
  expect(error).toMatchObject({ code: 'bad-name', exitCode: 2 })
  expect(String(error).length).toBeLessThan(200)
  expect(await readUserNames(['-'], files('x'.repeat(255)))).toHaveLength(1)
})

it('names the user that Keycloak fails for, as with an LDAP that is down', async () => {
  const findUsers = async (name: string) => {
    if (name === 'ada') return []
    throw new UserError('server-error', 'The server failed for finding a user (HTTP 500).')
  }
  await expect(
    findUsersOf(['ada', 'f:1:eve'], undefined, { realm: 'customers', findUsers }),
  ).rejects.toMatchObject({
    code: 'user-unreadable',
    message: 'Keycloak cannot read the user "f:1:eve": The server failed for finding a user (HTTP 500).',
    hint: expect.stringContaining('LDAP'),
  })
})
