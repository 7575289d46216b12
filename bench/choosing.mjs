// Usage: node bench/choosing.mjs [sessions] [rounds]. The program in dist, against a server in this process that answers at
// once: what choosing by network and idle time costs beside listing, in time and in memory.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

const sessions = Number(process.argv[2] ?? 100_000)
const rounds = Number(process.argv[3] ?? 5)
const PROGRAM = fileURLToPath(new URL('../bin/kc-logout.js', import.meta.url))
const now = Date.now()
const HOUR = 3_600_000
const clients = Array.from({ length: 10 }, (_, n) => ({
  id: `client-${n}`,
  clientId: `app-${n}`,
  enabled: true,
}))

const session = (client, n) => ({
  id: `session-${client}-${n}`,
  userId: `user-${client}-${n}`,
  username: `user-${client}-${n}`,
  ipAddress: n % 4 === 0 ? `2001:db8::${(n % 9999).toString(16)}` : `10.${n % 8}.${n % 250}.${n % 249}`,
  start: now - 48 * HOUR,
  lastAccess: now - (n % 48) * HOUR,
  clients: { [`client-${client}`]: `app-${client}` },
})

const token = `x.${Buffer.from(JSON.stringify({ iat: Math.floor(now / 1000), exp: Math.floor(now / 1000) + 36_000 })).toString('base64url')}.x`

function answer({ pathname: path, searchParams }) {
  const pathname = path.replace(/\/$/, '')
  if (pathname.endsWith('/openid-configuration')) return { issuer: `${url}/realms/master` }
  if (pathname.endsWith('/token')) return { access_token: token, expires_in: 36_000 }
  if (pathname.endsWith('/client-session-stats'))
    return clients.map(({ id, clientId }) => ({ id, clientId, active: String(sessions / 10), offline: '0' }))
  if (pathname.endsWith('/clients')) return clients
  const [, client] = /\/clients\/client-(\d)\/user-sessions$/.exec(pathname) ?? []
  if (client !== undefined) {
    const first = Number(searchParams.get('first'))
    const count = Math.max(0, Math.min(Number(searchParams.get('max')), sessions / 10 - first))
    return Array.from({ length: count }, (_, n) => session(client, first + n))
  }
  if (pathname.endsWith('/certs')) return { keys: [] }
  return pathname.endsWith('/serverinfo') ? { systemInfo: { version: '26.7.4' } } : undefined
}

const server = createServer((request, response) => {
  request.resume()
  const found = answer(new URL(request.url, url))
  response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(found ?? { error: 'unknown' }))
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}`

/** Seconds, lines on stdout, and the peak resident set in MB, as the system counts it. */
function run(...args) {
  const env = {
    PATH: process.env.PATH,
    KC_LOGOUT_SERVER: url,
    KC_LOGOUT_REALM: 'big',
    KC_LOGOUT_USERNAME: 'a',
    KC_LOGOUT_PASSWORD: 'b',
  }
  const began = performance.now()
  const child = spawn(
    '/usr/bin/time',
    ['-f', '%M %U', process.execPath, PROGRAM, 'sessions', '--list', '--json', ...args],
    { env },
  )
  let lines = 0
  let notes = ''
  child.stdout.on('data', (chunk) => {
    for (const byte of chunk) if (byte === 10) lines++
  })
  child.stderr.on('data', (chunk) => {
    notes += chunk
  })
  return new Promise((resolve, reject) =>
    child.on('close', (code) => {
      const [kilobytes, cpu] = notes.trim().split('\n').at(-1).split(' ').map(Number)
      if (code === 0)
        resolve({ seconds: (performance.now() - began) / 1000, lines, rss: kilobytes / 1024, cpu })
      else reject(new Error(notes))
    }),
  )
}

const CHOICE = ['--ip', '10.0.0.0/14', '--ip', '2001:db8::/32', '--idle', '12h']
const all = []
const chosen = []
for (let round = 0; round < rounds; round++) {
  all.push(await run())
  chosen.push(await run(...CHOICE))
}
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const show = (name, runs) =>
  process.stdout.write(
    `${name}: ${runs[0].lines} lines, ${median(runs.map(({ seconds }) => seconds)).toFixed(2)} s, own CPU ${median(runs.map(({ cpu }) => cpu)).toFixed(2)} s, peak ${Math.round(Math.max(...runs.map(({ rss }) => rss)))} MB\n`,
  )
show('listing', all)
show('choosing', chosen)
const rate = median(all.map(({ seconds }) => seconds)) / median(chosen.map(({ seconds }) => seconds))
process.stdout.write(`choosing at ${rate.toFixed(2)} of the rate of the listing\n`)
server.close()
