import type { Server } from './find-server.ts'
import { httpFailure } from './http-failures.ts'
import { type Json, parseJson, record } from './json.ts'
import { networkFailure } from './network-failures.ts'
import { withRetries } from './retry.ts'
import type { Transport } from './transport.ts'

/** GETs a JSON document of a realm that needs no sign-in. @throws {UserError} as any request */
export async function publicDocument(
  transport: Transport,
  server: Server,
  path: string,
  realm: string,
  what: string,
): Promise<Json> {
  const url = server.url(path, { realm: ['realm', realm] })
  const answer = await withRetries(() => transport.request({ method: 'GET', url }), transport.sleep).catch(
    (error: unknown) => {
      throw networkFailure(error)
    },
  )
  if (answer.status !== 200) throw httpFailure(answer, { what, realm })
  return record(parseJson(answer.body), what)
}
