import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TlsOptions } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Certificate, certificate } from '../support/certificates.ts'
import type { WireRequest } from '../support/fault-server.ts'
import { runCli } from '../support/run-cli.ts'
import { aStage, signIn } from './commands.ts'

const DAY = 86_400_000
const root = certificate({ subject: 'Root', ca: true })
const between = certificate({ subject: 'Between', ca: true, issuer: root })
const stranger = certificate({ subject: 'Stranger', ca: true })
const at = (days: number) => new Date(Date.now() + days * DAY)
const signed = (options: Parameters<typeof certificate>[0] = {}) => certificate({ issuer: root, ...options })

let folder: string
const file = async (name: string, text: string) => {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-tls-'))
})
afterAll(() => rm(folder, { recursive: true }))

const open: { server: Server; sockets: Set<Socket> }[] = []
afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
  })
  server.on('tlsClientError', () => {})
  open.push({ server, sockets })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A Keycloak behind TLS with these options; records its requests. */
async function secure(options: TlsOptions): Promise<{ url: string; port: number; requests: WireRequest[] }> {
  const { http } = await aStage({ scheme: 'https' })
  const requests: WireRequest[] = []
  const server = createServer(options, async (incoming, response) => {
    const request = { ...(await read(incoming)), nth: 0, reused: false }
    requests.push(request)
    const { status, headers, body } = await http.answer(request)
    response.writeHead(status, headers).end(body)
  })
  const port = await listening(server)
  return { url: `https://127.0.0.1:${port}`, port, requests }
}

async function read(incoming: IncomingMessage) {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { method = '', url: path = '', headers } = incoming
  return { method, path, headers, body: Buffer.concat(chunks).toString() }
}

const chain = (leaf: Certificate, ...more: Certificate[]) => ({
  key: leaf.key,
  cert: [leaf, ...more].map(({ cert }) => cert).join(''),
})
const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const

const FAULTS: [name: string, options: () => TlsOptions, code: string][] = [
  ['expired', () => chain(signed({ from: at(-9), until: at(-1) })), 'certificate-expired'],
  ['not valid yet', () => chain(signed({ from: at(1), until: at(9) })), 'certificate-not-yet-valid'],
  ['self-signed', () => chain(certificate()), 'certificate-self-signed'],
  ['for another name', () => chain(signed({ names: ['kc.example.com'] })), 'certificate-wrong-host'],
  [
    'of an unknown authority',
    () => chain(certificate({ issuer: stranger }), stranger),
    'certificate-unknown-issuer',
  ],
  [
    'with an invalid signature',
    () => chain(certificate({ issuer: stranger }), certificate({ subject: 'Stranger', ca: true })),
    'certificate-refused',
  ],
  ['without its intermediate', () => chain(certificate({ issuer: between })), 'certificate-incomplete'],
  ['with an old protocol', () => ({ ...chain(signed()), ...OLD }), 'tls-version'],
  [
    'of a server that requires a client certificate',
    () => ({ ...chain(signed()), requestCert: true, ca: root.cert }),
    'client-certificate-wanted',
  ],
]

describe('each TLS fault has its own message: exit 6, one line, one hint', () => {
  const messages = new Map<string, string>()
  test.each(FAULTS)('a certificate %s', async (_, options, code) => {
    const { url, requests } = await secure({ rejectUnauthorized: true, ...options() })
    const env = signIn(url)
    const argv = ['sessions', '--ca-file', await file('root.pem', root.cert)]
    const ran = await runCli([...argv, '--json'], { env })
    expect(ran.json()).toMatchObject({ error: { code, exitCode: 6 } })
    const said = await runCli(argv, { env })
    expect(said.stderr).toMatch(/^error: .+\nhint: {2}.+\n$/)
    messages.set(code, said.stderr)
    // Also with what many set in despair.
    const despair = await runCli([...argv, '--json'], { env: { ...env, NODE_TLS_REJECT_UNAUTHORIZED: '0' } })
    expect(despair.json()).toMatchObject({ error: { code, exitCode: 6 } })
    expect(requests).toEqual([])
  })

  test('of a known chain whose root is not trusted', async () => {
    const { url, requests } = await secure(chain(certificate({ issuer: between }), between, root))
    const ran = await runCli(['sessions', '--json'], { env: signIn(url) })
    expect(ran.json()).toMatchObject({ error: { code: 'certificate-unknown-issuer', exitCode: 6 } })
    expect(requests).toEqual([])
  })

  test('https to a port with http, and http to a port with https', async () => {
    const plain = await listening(createHttpServer((_, response) => response.end('hello')))
    const wrong = await runCli(['sessions', '--json'], { env: signIn(`https://127.0.0.1:${plain}`) })
    expect(wrong.json()).toMatchObject({ error: { code: 'no-tls', exitCode: 6 } })
    const { port, requests } = await secure(chain(signed()))
    const other = await runCli(['sessions', '--json'], { env: signIn(`http://127.0.0.1:${port}`) })
    expect(other.json<{ error: { exitCode: number } }>().error.exitCode).toBe(6)
    expect(requests).toEqual([])
  })

  test('no two messages are the same', () => {
    const texts = [...messages.values()].map((text) => text.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST'))
    expect(messages.size).toBe(new Set(FAULTS.map(([, , code]) => code)).size)
    expect(new Set(texts).size).toBe(texts.length)
  })
})

describe('additional trust', () => {
  const good = () => chain(certificate({ issuer: between }), between)
  test('--ca-file, NODE_EXTRA_CA_CERTS, and both', async () => {
    const { url } = await secure(good())
    const ca = await file('root.pem', root.cert)
    const other = await file('other.pem', certificate({ subject: 'Other', ca: true }).cert)
    for (const [argv, env] of [
      [['--ca-file', ca], {}],
      [[], { NODE_EXTRA_CA_CERTS: ca }],
      [['--ca-file', other], { NODE_EXTRA_CA_CERTS: ca }],
    ] as const) {
      const ran = await runCli(['sessions', ...argv], { env: { ...signIn(url), ...env } })
      expect(ran.code, ran.stderr).toBe(0)
    }
    const without = await runCli(['sessions', '--ca-file', other], { env: signIn(url) })
    expect(without.code).toBe(6)
  })

  test('--insecure continues and warns at every run, also with -q and --json', async () => {
    const { url } = await secure(chain(certificate({ names: ['elsewhere'] })))
    for (const argv of [
      ['sessions', '--insecure'],
      ['sessions', '--insecure', '-q'],
      ['sessions', '--insecure', '--json'],
      ['sessions', '--insecure', '-q', '--json'],
      ['user', 'ada', '--dry-run', '--insecure', '-q'],
      ['whoami', '--insecure', '-q'],
      [
        'inspect-token',
        'eyJhbGciOiJub25lIn0.e30.',
        '--issuer',
        `${url}/realms/customers`,
        '--insecure',
        '-q',
      ],
    ]) {
      const ran = await runCli(argv, { env: signIn(url) })
      expect([0, 7], ran.stderr).toContain(ran.code)
      expect(ran.stderr.split('TLS certificate verification is off')).toHaveLength(2)
      expect(ran.stderr).toMatch(/^warning: TLS certificate verification is off/m)
    }
  })

  test('a sign-in with --insecure warns, and so does each use of the profile', async () => {
    const { url } = await secure(chain(certificate({ names: ['elsewhere'] })))
    const home = await mkdtemp(join(folder, 'home-'))
    const config = { KC_LOGOUT_CONFIG_DIR: join(home, 'config') }
    const login = await runCli(['login', '--insecure', '-q'], { env: { ...signIn(url), ...config } })
    expect(login.code, login.stderr).toBe(0)
    expect(login.stderr).toMatch(/^warning: TLS certificate verification is off/m)
    const used = await runCli(['sessions', '-q'], { env: config })
    expect(used.code === 0 || used.code === 6).toBe(true)
    expect(used.stderr.includes('TLS certificate verification is off')).toBe(used.code === 0)
  })
})

describe('a client certificate', () => {
  test('is sent to a server that requires one', async () => {
    const client = certificate({ subject: 'kc-logout', issuer: root })
    const { url } = await secure({
      ...chain(signed()),
      requestCert: true,
      rejectUnauthorized: true,
      ca: root.cert,
    })
    const argv = ['sessions', '--ca-file', await file('root.pem', root.cert)]
    const pair = [
      '--client-cert',
      await file('client.pem', client.cert),
      '--client-key',
      await file('client.key', client.key),
    ]
    const ran = await runCli([...argv, ...pair], { env: signIn(url) })
    expect(ran.code, ran.stderr).toBe(0)
    const without = await runCli(argv, { env: signIn(url) })
    expect(without.code).toBe(6)
    const foreign = await runCli(
      [...argv, '--client-cert', await file('x.pem', certificate().cert), ...pair.slice(2)],
      { env: signIn(url) },
    )
    expect(foreign.code).toBe(2)
  })
})

describe('http without TLS', () => {
  test.each([
    ['http://keycloak.example.com', 2],
    ['http://10.0.0.1', 2],
    ['http://127.0.0.1.example.com', 2],
    ['http://localhost.example.com', 2],
    ['http://[::ffff:10.0.0.1]', 2],
    ['http://0x7f.1.evil.test', 2],
    ['http://127.0.0.1:1', 6],
    ['http://[::1]:1', 6],
    ['http://localhost:1', 6],
    ['http://2130706433:1', 6],
  ])('%s: exit %i', async (url, code) => {
    const ran = await runCli(['sessions'], { env: signIn(url) })
    expect(ran.code, ran.stderr).toBe(code)
    if (code === 2) expect(ran.stderr).toContain('--allow-http')
  })

  test('another host is used with --allow-http', async () => {
    const address = await ownAddress()
    const { http } = await aStage()
    const server = createHttpServer(async (incoming, response) => {
      const { status, headers, body } = await http.answer({
        ...(await read(incoming)),
        nth: 0,
        reused: false,
      })
      response.writeHead(status, headers).end(body)
    })
    open.push({ server, sockets: new Set() })
    await new Promise<void>((resolve) => server.listen(0, address, resolve))
    const url = `http://${address}:${(server.address() as AddressInfo).port}`
    const refused = await runCli(['sessions'], { env: signIn(url) })
    const allowed = await runCli(['sessions', '--allow-http'], { env: signIn(url) })
    expect([refused.code, allowed.code], allowed.stderr).toEqual([2, 0])
    server.closeAllConnections()
  })
})

/** An address of this machine other than loopback; 127.0.0.1 in another form if there is none. */
async function ownAddress(): Promise<string> {
  const { networkInterfaces } = await import('node:os')
  const found = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)
  if (!found)
    throw new Error('This machine has no address but loopback: http to another host cannot be tried.')
  return found.address
}

describe('through a proxy', () => {
  /** A proxy that tunnels to the target of the test; with TLS if a certificate is given. */
  async function proxy(target: number, own?: Certificate) {
    const asked: { line: string; authorization: string | undefined }[] = []
    const server = own ? createServer({ key: own.key, cert: own.cert }) : createHttpServer()
    server.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push({ line: `CONNECT ${request.url}`, authorization: request.headers['proxy-authorization'] })
      const onward = connect(target, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        onward.pipe(socket).pipe(onward)
      })
      onward.on('error', () => socket.destroy())
      socket.on('error', () => onward.destroy())
    })
    return { port: await listening(server), asked }
  }
  const named = () => chain(certificate({ issuer: between, names: ['kc.test'] }), between)

  test('HTTPS_PROXY is used for every command, certificates are checked, and NO_PROXY is respected', async () => {
    const { port, requests } = await secure(named())
    const { port: via, asked } = await proxy(port)
    const env = { ...signIn('https://kc.test'), HTTPS_PROXY: `http://ann:p%40ss@127.0.0.1:${via}` }
    const ca = ['--ca-file', await file('root.pem', root.cert)]
    for (const argv of [
      ['sessions'],
      ['user', 'ada', '--yes'],
      ['whoami'],
      ['inspect-token', 'eyJhbGciOiJub25lIn0.e30.', '--issuer', 'https://kc.test/realms/customers'],
    ]) {
      const before = requests.length
      const ran = await runCli([...argv, ...ca], { env })
      expect([0, 7], ran.stderr).toContain(ran.code)
      expect(requests.length).toBeGreaterThan(before)
    }
    expect(new Set(asked.map(({ line }) => line))).toEqual(new Set(['CONNECT kc.test:443']))
    expect(asked.every(({ authorization }) => authorization === `Basic ${btoa('ann:p@ss')}`)).toBe(true)
    const unchecked = await runCli(['sessions', '--json'], {
      env: { ...env, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    })
    expect(unchecked.json()).toMatchObject({ error: { code: 'certificate-unknown-issuer' } })
    const direct = await runCli(['sessions', ...ca, '--json'], { env: { ...env, NO_PROXY: 'kc.test' } })
    expect(direct.json()).toMatchObject({ error: { code: 'unknown-host' } })
  })

  test("the proxy's own certificate is checked, too, whatever NODE_TLS_REJECT_UNAUTHORIZED says", async () => {
    const { port } = await secure(named())
    const { port: via, asked } = await proxy(port, certificate())
    const env = { ...signIn('https://kc.test'), HTTPS_PROXY: `https://ann:pass@127.0.0.1:${via}` }
    const ca = ['--ca-file', await file('root.pem', root.cert)]
    for (const despair of [{}, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }]) {
      const ran = await runCli(['sessions', ...ca, '--json'], { env: { ...env, ...despair } })
      expect(ran.json()).toMatchObject({ error: { code: 'certificate-self-signed', exitCode: 6 } })
    }
    expect(asked).toEqual([])
  })

  test('and trusted with --ca-file', async () => {
    const { port } = await secure(named())
    const own = certificate()
    const { port: via, asked } = await proxy(port, own)
    const env = { ...signIn('https://kc.test'), HTTPS_PROXY: `https://ann:pass@127.0.0.1:${via}` }
    const ca = ['--ca-file', await file('both.pem', root.cert + own.cert)]
    const ran = await runCli(['sessions', ...ca], { env })
    expect(ran.code, ran.stderr).toBe(0)
    expect(asked).not.toEqual([])
  })
})
