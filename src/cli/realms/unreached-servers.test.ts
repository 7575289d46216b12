import { expect, test } from 'vitest'
import { EXIT, UserError } from '../../errors.ts'
import { networkFailure } from '../../keycloak/http/network-failures.ts'
import { TransportError, type TransportErrorKind } from '../../keycloak/http/transport-error.ts'
import type { Context, RealmOfSeveral } from '../context.ts'
import { UnreachedServers } from './unreached-servers.ts'

const realm = (name: string, server = 'https://kc.test/auth'): RealmOfSeveral => ({
  name,
  ctx: { settings: async () => ({ server: { value: server, source: '--server' } }) } as unknown as Context,
})
const failure = (kind: TransportErrorKind, url = 'https://kc.test/auth/admin/realms/a') =>
  networkFailure(new TransportError(kind, new URL(url))) as UserError

async function nextAfter(...ends: (UserError | undefined)[]) {
  const servers = new UnreachedServers()
  for (const [index, error] of ends.entries()) await servers.note(realm(`r${index}`), error)
  return {
    same: await servers.errorFor(realm('next')),
    other: await servers.errorFor(realm('next', 'https://other.test')),
  }
}

test.each<TransportErrorKind>(['refused', 'unknown-host', 'connect-timeout', 'certificate-expired'])(
  'after "%s" no further realm of this server is tried',
  async (kind) => {
    const { same, other } = await nextAfter(failure(kind))
    expect(same).toMatchObject({ code: failure(kind).code, exitCode: EXIT.unreachable })
    expect(same?.hint).toBe('Not tried: the server could not be reached for realm r0.')
    expect(other).toBeUndefined()
  },
)

test.each<[string, (UserError | undefined)[], boolean]>([
  ['one request without an answer', [failure('read-timeout')], false],
  ['two in a row', [failure('read-timeout'), failure('closed')], true],
  ['two with an answer in between', [failure('closed'), undefined, failure('closed')], false],
  ['an answer that is too large', [failure('too-large'), failure('too-large')], false],
  ['another server, as of traces', [failure('refused', 'http://jaeger.test/api')], false],
  ['a refusal', [new UserError('forbidden', 'No.', { exitCode: EXIT.denied })], false],
  ['an interruption', [failure('aborted')], false],
])('%s', async (_, ends, isDead) => {
  expect((await nextAfter(...ends)).same !== undefined).toBe(isDead)
})
