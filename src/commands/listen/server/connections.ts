import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { pluralize } from '../../../util/format.ts'

const MOST_CONNECTIONS = 256
/** Refused connections are reported at most this often. */
const REPORT_MS = 10_000
/** Time in which a connection without a request may still send one while the server closes. */
const GRACE_MS = 500

export interface Connections {
  /** Marks the connection of a request as busy until the request is answered. */
  add(
    request: { readonly socket: Socket },
    response: { once(event: 'close', then: () => void): unknown },
  ): void
  /** Closes connections without a request soon; the others are closed by their answer. */
  close(): void
}

/** Limits the open connections of a server, reports refused ones, and tells idle from busy ones. */
export function watchConnections(server: Server, report: (message: string) => void): Connections {
  server.maxConnections = MOST_CONNECTIONS
  const open = new Set<Socket>()
  const busy = new Set<string>()
  const refusals = refusedConnections(report)
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  server.on('drop', refusals.add)
  return {
    add({ socket }, response) {
      const peer = peerOf(socket)
      busy.add(peer)
      response.once('close', () => busy.delete(peer))
    },
    close() {
      refusals.flush()
      const closeIdle = () => {
        for (const socket of open) if (!busy.has(peerOf(socket))) socket.destroy()
      }
      setTimeout(closeIdle, GRACE_MS).unref()
    },
  }
}

/** With TLS the socket of a request is another one than that of its connection, but with the same peer. */
const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`

/** Reports the first refused connection at once, later ones together. */
function refusedConnections(report: (message: string) => void) {
  let count = 0
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (count === 0) return
    const refused = count === 1 ? '1 connection was' : `${pluralize(count, 'connection')} were`
    report(`${refused} refused, because ${MOST_CONNECTIONS} are open.`)
    count = 0
    timer = setTimeout(flush, REPORT_MS).unref()
  }
  return {
    flush,
    add: () => {
      count++
      if (timer === undefined) flush()
    },
  }
}
