import type { Server } from './find-server.ts'
import { httpFailure } from './http-failures.ts'
import { parseJson, record } from './json.ts'
import { networkFailure } from './network-failures.ts'
import { withRetries } from './retry.ts'
import type { Transport } from './transport.ts'

/** A document that needs no sign-in. */
export async function publicDocument(
  transport: Transport,
  server: Server,
  path: string,
  realm: string,
  what: string,
) {
  const url = server.url(path, { realm: ['realm', realm] })
  const answer = await withRetries(() => transport.request({ method: 'GET', url }), transport.sleep).catch(
    (error: unknown) => {
      throw networkFailure(error)
    },
  )
  if (answer.status !== 200) throw httpFailure(answer, { what, realm })
  return record(parseJson(answer.body), what)
}
