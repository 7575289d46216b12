import type { Server } from './find-server.ts'
import { failureOfAnswer } from './http-failures.ts'
import { parsedJson, record } from './json.ts'
import { failureOfFault } from './network-failures.ts'
import { persistently } from './retry.ts'
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
  const answer = await persistently(() => transport.request({ method: 'GET', url }), transport.sleep).catch(
    (error: unknown) => {
      throw failureOfFault(error)
    },
  )
  if (answer.status !== 200) throw failureOfAnswer(answer, { what, realm })
  return record(parsedJson(answer.body), what)
}
