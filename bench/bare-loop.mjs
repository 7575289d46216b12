// The limit to measure against: lists the sessions of a realm by client, page after page, and ends each with one
// request, over node:http with keep-alive connections and nothing else. No retries, no lanes, no second look, no plan,
// no progress; the token is given and is not renewed. Prints what it did as JSON.
//
// Environment: SERVER, REALM, TOKEN, WIDTH (requests in flight while ending), READ_WIDTH (while listing), END: `no` lists
// only, `users` logs each user out by one request, `looked` reads the user's sessions before it.
import http from 'node:http'

const { SERVER, REALM, TOKEN, WIDTH, READ_WIDTH, END } = process.env
const PAGE = 1000
const agent = new http.Agent({ keepAlive: true })
const base = `${SERVER}/admin/realms/${REALM}`
const headers = { accept: 'application/json', authorization: `Bearer ${TOKEN}` }

function request(method, path) {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(base + path, { method, agent, headers }, (incoming) => {
      const chunks = []
      incoming.on('data', (chunk) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        if (incoming.statusCode >= 400 && incoming.statusCode !== 404)
          reject(new Error(`${method} ${path}: HTTP ${incoming.statusCode}`))
        else resolve(Buffer.concat(chunks))
      })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

async function eachOf(items, width, act) {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await act(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}

const began = performance.now()
const counts = JSON.parse(await request('GET', '/client-session-stats'))
const pages = counts.flatMap(({ id, active }) =>
  Array.from({ length: Math.ceil(Number(active) / PAGE) }, (_, page) => [id, page * PAGE]),
)
const ids = new Set()
const users = new Set()
await eachOf(pages, Number(READ_WIDTH), async ([client, first]) => {
  const path = `/clients/${client}/user-sessions?first=${first}&max=${PAGE}`
  for (const { id, userId } of JSON.parse(await request('GET', path))) {
    ids.add(id)
    users.add(userId)
  }
})
const listed = performance.now()
if (END === 'users' || END === 'looked')
  await eachOf(users, Number(WIDTH), async (id) => {
    if (END === 'looked') JSON.parse(await request('GET', `/users/${id}/sessions`))
    await request('POST', `/users/${id}/logout`)
  })
else if (END !== 'no')
  await eachOf(ids, Number(WIDTH), (id) => request('DELETE', `/sessions/${encodeURIComponent(id)}`))
const ended = performance.now()
agent.destroy()
const seconds = (from, to) => (to - from) / 1000
const document = { sessions: ids.size, listing: seconds(began, listed), ending: seconds(listed, ended) }
process.stdout.write(`${JSON.stringify(document)}\n`)
