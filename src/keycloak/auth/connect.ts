import type { Connection } from '../../core/connection.ts'
import type { OpenDeps } from '../http/client-options.ts'
import { httpOptions } from '../http/http-options.ts'
import { createTransport, type Transport } from '../http/transport.ts'
import { tlsIdentity } from './client-key.ts'

/** The transport to the server of a connection. Reads files, sends nothing. */
export async function transportTo(
  connection: Omit<Connection, 'credentials' | 'realm' | 'loginRealm'>,
  deps: OpenDeps,
): Promise<Transport> {
  const http = await httpOptions(connection, deps)
  return createTransport({
    ...http,
    identity: await identityOf(connection),
    proxy: http.proxyFor(new URL(connection.server)),
  })
}

async function identityOf({ clientCertificate }: Pick<Connection, 'clientCertificate'>) {
  if (!clientCertificate) return undefined
  const { certificate, key } = clientCertificate
  return tlsIdentity(
    { text: await certificate.reveal(), source: certificate.source },
    { text: await key.reveal(), source: key.source },
  )
}
