import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fault, kindOf, startFaultServer, type WireRequest } from '../support/fault-server.ts'
import { eachOf } from '../support/realm.ts'
import { runCli } from '../support/run-cli.ts'
import { aStage, ROWS, type Row, signIn, tokenOf } from './commands.ts'
import { byExtent, EXTENT } from './extent.ts'
import { CORE, ELSEWHERE, FAULTS, type FaultRow, HARMLESS } from './faults.ts'
import { tried } from './tried.ts'

/** For faults that end with the timeout. */
const TIMEOUT_MS = 300
/** For all others: a busy machine must not look like a fault. */
const PATIENT_MS = 10_000
const AT_ONCE = 4
/** The longest start of the program on a busy machine. */
const START_MS = 6000

interface Run {
  readonly name: string
  readonly row: Row
  /** The kind of request that meets the fault. */
  readonly at: string
  /** Does only the first request meet it? */
  readonly once: boolean
}

/** Requests whose failure does not end a command. */
const SIGN_OUT = 'POST /realms/:id/protocol/openid-connect/logout'
const OPTIONAL = new Set(['GET /admin/serverinfo', 'GET /admin/realms/:id/events/config'])

/** The requests of each command without a fault, and its exit code. */
const clean = new Map<string, { kinds: Map<string, number>; code: number | undefined }>()
/** Lists of one client or user: another one can still be read. */
const ONE_LIST =
  /^GET .*\/(user-sessions|offline-sessions|sessions|consents)(\/:id)?(\?.*)?$|^GET .*-sessions\/[^/]+$/
/** Requests that look for the bad session of a list. */
const MAX_PARTS = 70

const elsewhere: WireRequest[] = []
let other: Awaited<ReturnType<typeof startFaultServer>>

beforeAll(async () => {
  other = await startFaultServer(async (request) => {
    elsewhere.push(request)
    return { status: 200, headers: {}, body: '[]' }
  })
  ELSEWHERE.url = other.url
  await eachOf(Object.entries(ROWS), AT_ONCE, async ([name, row]) => {
    const { ran, requests, fake } = await runRow(name, row, () => undefined, PATIENT_MS)
    const kinds = requests.map(({ method, path }) => kindOf(method, path))
    clean.set(name, { kinds: counted(kinds), code: ran.code })
    expect([0, 3, 7], `${name}: ${ran.stderr}`).toContain(ran.code)
    if (row.isDone) expect(row.isDone(fake), name).toBe(true)
  })
}, 120_000)
afterAll(() => other.close())

const counted = (items: readonly string[]) => {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}
const kindsOf = (name: string) => [...(clean.get(name)?.kinds.keys() ?? [])]
const isOperation = (method: string, path: string) =>
  method === 'PUT' ||
  (method === 'POST' && !/\/openid-connect\/(token|logout)$/.test(path)) ||
  path.includes('/test-nodes-available')
const isRetried = ({ retried }: FaultRow, kind: string) =>
  retried === 'repeatable' || (retried === 'reads' && /^GET \/admin/.test(kind))
const isRead = (kind: string) => kind === SIGN_OUT || /^(GET|POST .*token$)/.test(kind)

async function runRow(
  name: string,
  row: Row,
  decide: (request: WireRequest) => Fault | undefined,
  timeoutMs = TIMEOUT_MS,
) {
  const { fake, http } = await aStage()
  const server = await startFaultServer(http.answer)
  server.break(decide)
  try {
    const ran = await runAt(name, row, server.url, timeoutMs)
    return { ran, fake, requests: [...server.requests] }
  } finally {
    await server.close()
  }
}

async function runAt(name: string, row: Row, url: string, timeoutMs = TIMEOUT_MS) {
  const patience = /^(user|all)/.test(name) ? ['--act-timeout', '1'] : []
  const argv = [...row.argv(url), ...patience, '--timeout', String(timeoutMs / 1000)]
  const stdin = row.stdin ?? (name.startsWith('inspect-token') ? await tokenOf(url) : '')
  // Its own folder: a stored sign-in must not reach another run.
  const folder = await mkdtemp(join(tmpdir(), 'kc-logout-trust-'))
  try {
    const env = { ...signIn(url), ...row.env?.(url), KC_LOGOUT_CONFIG_DIR: folder }
    return await runCli(argv, { env, stdin, timeoutMs: 60_000 })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The rows of each command. */
function byCommand(): [string, Row][][] {
  const commands = new Map<string, [string, Row][]>()
  for (const [name, row] of Object.entries(ROWS)) {
    const command = row.argv('')[0] ?? ''
    commands.set(command, [...(commands.get(command) ?? []), [name, row]])
  }
  return [...commands.values()]
}

/** Each command once per fault, each time at another request; all of them with `full`, some with `quick`. */
function runsFor(fault: string, index: number): Run[] {
  if (EXTENT === 'full') {
    return Object.entries(ROWS).flatMap(([name, row]) =>
      kindsOf(name).flatMap((at) => [false, true].map((once) => ({ name, row, at, once }))),
    )
  }
  const all = byCommand().map((rows, c) => {
    const [name, row] = rows[(index + c) % rows.length] as [string, Row]
    const kinds = kindsOf(name)
    return { name, row, at: kinds[(index * 7 + c * 3) % kinds.length] ?? '', once: (index + c) % 4 === 0 }
  })
  const some = (steps: readonly number[]) => steps.flatMap((step) => all[(index + step) % all.length] ?? [])
  if (CORE.has(fault)) return byExtent({ quick: some([0, 2, 5]), usual: all, full: all })
  return byExtent({ quick: some([0]), usual: some([0, 3]), full: all })
}

/** Does it end only with the timeout? */
const isWaitedOut = ({ takes }: FaultRow) => takes !== undefined && takes(1000) !== takes(2000)

/** What is wrong with how a command handled a fault. */
async function complaints(run: Run, faultName: string, row: FaultRow): Promise<string[]> {
  let met = 0
  const decide = (request: WireRequest) => {
    if (kindOf(request.method, request.path) !== run.at || (run.once && request.nth > 0)) return undefined
    met++
    return row.fault
  }
  const timeout = isWaitedOut(row) ? TIMEOUT_MS : PATIENT_MS
  const { ran, fake, requests } = await runRow(run.name, run.row, decide, timeout)
  const wrong: string[] = []
  const complain = (what: string) =>
    wrong.push(
      `${run.name} × ${faultName} × ${run.at}${run.once ? ' (once)' : ''}: ${what}\n${ran.stderr.slice(-600)}`,
    )

  if (met === 0) complain('the fault never happened')
  const expected = expectedCodes(run, row)
  if (!expected.includes(ran.code ?? -1)) complain(`exit ${ran.code}, not ${expected.join(' or ')}`)
  if (ran.code === 0 && run.row.isDone?.(fake) === false) complain('exit 0, but it is not done')
  if (ran.signal) complain(`ended by ${ran.signal}`)
  const most = START_MS + met * (row.takes?.(TIMEOUT_MS) ?? 300)
  if (ran.ms > most) complain(`took ${ran.ms} ms, more than ${most}`)

  const sent = counted(requests.map(({ method, path }) => `${method} ${path.replace(/\?.*$/, '')}`))
  for (const [key, count] of sent) {
    const [method = '', path = ''] = key.split(' ')
    if (path.endsWith('/elsewhere')) complain('a redirect was followed')
    // After a 401, which means that nothing was done, the request may be sent once more with another token.
    const again = faultName.startsWith('401') ? 2 : 1
    if (isOperation(method, path) && count > again * (run.row.writes ?? 1))
      complain(`${key} was sent ${count} times`)
    if (method === 'DELETE' && count > 4) complain(`${key} was sent ${count} times`)
    // While an operation continues in the server, it is checked each second.
    const usual = clean.get(run.name)?.kinds.get(kindOf(method, path)) ?? 0
    // A list that cannot be read is read in ever smaller parts.
    if (row.code === 1 && ONE_LIST.test(key)) {
      if (count > usual + MAX_PARTS) complain(`${key} was sent ${count} times`)
      continue
    }
    // One more for another part of the command, one more over a closed kept connection.
    const spare = 2
    if (
      isRead(run.at) &&
      count > Math.max(1, usual) * Math.max(again, isRetried(row, run.at) ? 4 : 1) + spare
    )
      complain(`${key} was sent ${count} times, usually ${usual}`)
  }
  if (requests.some(({ method, path, reused }) => reused && isOperation(method, path)))
    complain('an operation used a kept connection')
  if (/\bat .*\.js:\d+/.test(ran.stderr) || /bug in kc-logout/.test(ran.stderr)) complain('a bug of ours')
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(ran.stdout + ran.stderr))
    complain('a control character')
  return wrong
}

/** While reading: the code of the fault. After the first operation: any failure, or success if it was completed. */
function expectedCodes({ name, row, at, once }: Run, fault: FaultRow): number[] {
  const usual = clean.get(name)?.code ?? 0
  if (at === SIGN_OUT) return [usual]
  const kinds = kindsOf(name)
  const place = kinds.indexOf(at)
  if (row.codes) return once && isRetried(fault, at) ? [usual] : [...row.codes]
  if (fault.code === 1 && ONE_LIST.test(at)) return [usual, fault.code, 3, ...(fault.also ?? [])]
  if (OPTIONAL.has(at) || row.doesWithout?.test(at) || (row.tolerant && place > 1)) return [usual, fault.code]
  if (row.goesOn !== undefined) return once && isRetried(fault, at) ? [usual] : [row.goesOn]
  if (once && isRetried(fault, at) && isRead(at)) return [usual]
  // A sign-in over a closed kept connection is sent once more over a new one.
  if (once && fault.retried && at.startsWith('POST') && isRead(at)) return [usual, fault.code]
  if (once && fault.code === 4 && at !== kinds[0]) return [usual, 4]
  if (place === 0) return [fault.atStart ?? fault.code, ...(fault.also ?? [])]
  const firstAct = kinds.findIndex((kind) => !isRead(kind))
  if (firstAct < 0 || place < firstAct) return [fault.code, ...(fault.also ?? [])]
  return [usual, 1, 3, 4, 5, 6]
}

describe('each fault with each command: it ends in time, with the right exit code, and repeats nothing unsafe', () => {
  const rows = Object.entries(FAULTS).map(([name, row], index) => [name, row, index] as const)
  const timeout = byExtent({ quick: 120_000, usual: 120_000, full: 1_200_000 })
  test.for(rows)('%s', { timeout }, async ([name, row, index], context) => {
    const runs = runsFor(name, index)
    const found = await eachOf(runs, AT_ONCE, (run) => complaints(run, name, row))
    tried(context, { faults: 1, 'meetings of a fault with a command': runs.length })
    expect(found.flat().join('\n\n')).toBe('')
    expect(elsewhere).toEqual([])
  })
})

describe('no server at all: every command reports that, exit 6', () => {
  const silent = createServer(() => {})
  const free = createServer()
  const ports = new Map<string, number>()
  beforeAll(async () => {
    for (const [name, server] of Object.entries({ silent, free })) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      ports.set(name, (server.address() as { port: number }).port)
    }
    await new Promise((resolve) => free.close(resolve))
  })
  afterAll(() => void silent.close())

  test.each<[string, () => string, string]>([
    ['an unknown host name', () => 'https://no-such-host.invalid', 'no-such-host.invalid'],
    ['a port where nothing listens', () => `http://127.0.0.1:${ports.get('free')}`, 'refuses'],
    [
      'a port that accepts connections and never answers',
      () => `http://127.0.0.1:${ports.get('silent')}`,
      'in time',
    ],
    ['a port that never completes TLS', () => `https://127.0.0.1:${ports.get('silent')}`, 'does not respond'],
  ])('%s', async (_, url, words) => {
    const found = await eachOf(byCommand(), AT_ONCE, async (rows) => {
      const [name, row] = rows[0] as [string, Row]
      const ran = await runAt(name, row, url())
      const said = ran.stderr + (row.goesOn === undefined ? '' : ran.stdout)
      const isRight = ran.code === (row.goesOn ?? 6) && said.replaceAll(/\s+/g, ' ').includes(words)
      return isRight && ran.ms < START_MS + TIMEOUT_MS * 4
        ? []
        : [`${name}: exit ${ran.code}, ${ran.ms} ms, ${said}`]
    })
    expect(found.flat().join('\n')).toBe('')
  })
})

describe('odd but right answers are accepted', () => {
  test.each(Object.entries(HARMLESS))('%s', async (name, fault) => {
    const rows = EXTENT === 'full' ? Object.entries(ROWS) : byCommand().flatMap((some) => some.slice(0, 1))
    const found = await eachOf(rows, AT_ONCE, async ([row, how]) => {
      const { ran, fake } = await runRow(row, how, () => fault, PATIENT_MS)
      const usual = clean.get(row)?.code
      const isRight = ran.code === usual && how.isDone?.(fake) !== false
      return isRight ? [] : [`${row} × ${name}: exit ${ran.code}, not ${usual}: ${ran.stderr.slice(-400)}`]
    })
    expect(found.flat().join('\n')).toBe('')
  })
})
