import type { Connection } from '../../core/connection.ts'
import { trustedAuthorities } from '../http/certificate-authorities.ts'
import type { OpenDeps } from '../http/client-options.ts'
import { proxyFor } from '../http/proxy.ts'
import { createTransport, type RequestTrace, type Transport } from '../http/transport.ts'
import { tlsIdentity } from './client-key.ts'

/** The way out to a connection's server, as the connection wants it. Reads files, sends nothing. */
export async function transportTo(
  connection: Omit<Connection, 'credentials' | 'realm' | 'loginRealm'>,
  deps: OpenDeps,
): Promise<Transport> {
  return createTransport({
    timeout: connection.timeout,
    ca: await trustedAuthorities(connection.caFile, deps.files, deps.env ?? {}),
    insecure: connection.insecure,
    identity: await identityOf(connection),
    proxy: proxyFor(new URL(connection.server), deps.env ?? {}),
    userAgent: deps.userAgent ?? 'kc-logout',
    signal: deps.signal,
    onRequest: deps.debug && ((trace) => deps.debug?.(traceLine(trace))),
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

const traceLine = ({ method, path, status, fault, ms }: RequestTrace) =>
  `${method} ${path} → ${status ?? fault} (${ms} ms)`
