import type { Client } from '../../core/model.ts'
import type { Expectations } from '../../token/rules/rule.ts'
import type { ListenOptions } from './options.ts'

/** What received tokens are checked for: the options, otherwise the settings of the client that is taken over. */
export function expectationsOf(
  { client: alias, audience = alias, alg, clockTolerance = 30 }: ListenOptions,
  client: Client | undefined,
): Omit<Expectations, 'now'> {
  const clientId = audience ?? client?.clientId
  const expectedAlg = alg ?? client?.idTokenSignedResponseAlg
  return {
    tolerance: clockTolerance,
    ...(clientId === undefined ? {} : { clientId }),
    ...(expectedAlg === undefined ? {} : { alg: expectedAlg }),
    ...(client === undefined ? {} : { sessionRequired: client.backchannelLogoutSessionRequired }),
  }
}
