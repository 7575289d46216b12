import { createServer } from 'node:net'

const HIGHEST_PORT = 65_535

/** Ports that were free on loopback a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => hold(0)))
  await Promise.all(held.map((port) => port.release()))
  return held.map((port) => port.number)
}

/** A number that can be added to each of `ports` so that all of them are free on loopback. */
export async function freeOffset(ports: readonly number[]): Promise<number> {
  const room = HIGHEST_PORT - Math.max(...ports)
  for (let attempt = 0; attempt < 50; attempt++) {
    const offset = 1_000 + Math.floor(Math.random() * (room - 1_000))
    if (await allFree(ports.map((port) => port + offset))) return offset
  }
  throw new Error(`No offset found at which the ports ${ports.join(', ')} are all free`)
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  const held = await Promise.allSettled(ports.map(hold))
  await Promise.all(held.map((port) => (port.status === 'fulfilled' ? port.value.release() : undefined)))
  return held.every((port) => port.status === 'fulfilled')
}

function hold(port: number): Promise<{ number: number; release(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') return reject(new Error('No port was given'))
      resolve({
        number: address.port,
        release: () => new Promise((released) => server.close(() => released())),
      })
    })
  })
}
