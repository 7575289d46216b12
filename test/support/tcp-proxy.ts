import { connect, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  close(): Promise<void>
}

/**
 * A TCP load balancer: each connection goes to the next server that accepts it, and ends when that server closes it.
 */
export async function startTcpProxy(ports: readonly number[]): Promise<TcpProxy> {
  const open = new Set<Socket>()
  let turn = 0

  const server = createServer((incoming) => {
    keep(incoming)
    const first = turn++
    const attempt = (count: number) => {
      const port = ports[(first + count) % ports.length]
      if (count === ports.length || port === undefined) return void incoming.destroy()
      const onward = connect(port, '127.0.0.1')
      keep(onward)
      onward.once('error', () => (onward.connecting || !taken ? attempt(count + 1) : incoming.destroy()))
      let taken = false
      onward.once('connect', () => {
        taken = true
        incoming.pipe(onward).pipe(incoming)
        onward.once('close', () => incoming.destroy())
        incoming.once('close', () => onward.destroy())
      })
    }
    attempt(0)
  })

  function keep(socket: Socket) {
    open.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => open.delete(socket))
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}
