import { createServer } from 'node:net'

/**
 * Below the ephemeral ports (from 32768 on Linux): a server takes long to start, and its port must stay free until it
 * listens.
 */
const HIGHEST_PORT = 32_767
const LOWEST_PORT = 10_000
const ATTEMPTS = 50

/** Different ports that were free on loopback when checked. */
export async function freePorts(count: number): Promise<number[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = random(LOWEST_PORT, HIGHEST_PORT - count)
    const ports = Array.from({ length: count }, (_, index) => first + index)
    if (await allFree(ports)) return ports
  }
  throw new Error(`No ${count} ports in a row are free between ${LOWEST_PORT} and ${HIGHEST_PORT}`)
}

/** An offset with which all of these ports are free on loopback. */
export async function freeOffset(ports: readonly number[]): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const offset = random(LOWEST_PORT - Math.min(...ports), HIGHEST_PORT - Math.max(...ports))
    if (await allFree(ports.map((port) => port + offset))) return offset
  }
  throw new Error(`No offset with which the ports ${ports.join(', ')} are all free`)
}

const random = (from: number, to: number) => from + Math.floor(Math.random() * (to - from))

async function allFree(ports: readonly number[]): Promise<boolean> {
  const held = await Promise.allSettled(ports.map(hold))
  await Promise.all(held.map((port) => (port.status === 'fulfilled' ? port.value.release() : undefined)))
  return held.every((port) => port.status === 'fulfilled')
}

function hold(port: number): Promise<{ release(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () =>
      resolve({ release: () => new Promise((released) => server.close(() => released())) }),
    )
  })
}
