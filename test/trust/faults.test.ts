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

/** For faults that are waited out. */
const TIMEOUT_MS = 300
/** For all others: a busy machine must not look like one of them. */
const PATIENT_MS = 10_000
const AT_ONCE = 4
/** What starting the program may take on a busy machine. */
const START_MS = 6000

interface Run {
  readonly name: string
  readonly row: Row
  /** Which request is answered with the fault, and whether the first of them only. */
  readonly at: string
  readonly once: boolean
}

/** What a command would like to know and can do without. */
const OPTIONAL = new Set(['GET /admin/serverinfo', 'GET /admin/realms/:id/events/config'])

/** What each command asks for when nothing is wrong, and how it ends. */
const clean = new Map<string, { kinds: Map<string, number>; code: number | undefined }>()
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
const isAct = (method: string, path: string) =>
  method === 'PUT' ||
  (method === 'POST' && !path.endsWith('/token')) ||
  path.includes('/test-nodes-available')
const isRetried = ({ retried }: FaultRow, kind: string) =>
  retried === 'repeatable' || (retried === 'questions' && /^GET \/admin/.test(kind))
const isQuestion = (kind: string) => /^(GET|POST .*token$)/.test(kind)

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
  // A folder of its own: a sign-in that is kept must not reach another run.
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

/** Each command once for each fault, at another of its requests each time; in full at all of them, quickly some. */
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

/** Does it end by the time-out alone? */
const isWaitedOut = ({ takes }: FaultRow) => takes !== undefined && takes(1000) !== takes(2000)

/** Everything that is wrong with how a command met a fault. */
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

  if (met === 0) complain('the fault was never met')
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
    // A 401 says that nothing was done, so the same request may come once more with another token.
    const again = faultName.startsWith('401') ? 2 : 1
    if (isAct(method, path) && count > again * (run.row.writes ?? 1))
      complain(`${key} was sent ${count} times`)
    if (method === 'DELETE' && count > 4) complain(`${key} was sent ${count} times`)
    // While an act goes on in the server it is looked for each second.
    const usual = clean.get(run.name)?.kinds.get(kindOf(method, path)) ?? 0
    // One more where another part of the command looks into the same, one over a kept connection that had gone.
    const spare = 2
    if (
      isQuestion(run.at) &&
      count > Math.max(1, usual) * Math.max(again, isRetried(row, run.at) ? 4 : 1) + spare
    )
      complain(`${key} was sent ${count} times, usually ${usual}`)
  }
  if (requests.some(({ method, path, reused }) => reused && isAct(method, path)))
    complain('an act went over a kept connection')
  if (/\bat .*\.js:\d+/.test(ran.stderr) || /bug in kc-logout/.test(ran.stderr))
    complain('a fault of our own')
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(ran.stdout + ran.stderr))
    complain('a control character')
  return wrong
}

/** While reading: the code of the fault. Once an act has begun: anything but success, unless it came to a good end. */
function expectedCodes({ name, row, at, once }: Run, fault: FaultRow): number[] {
  const usual = clean.get(name)?.code ?? 0
  const kinds = kindsOf(name)
  const place = kinds.indexOf(at)
  if (row.codes) return once && isRetried(fault, at) ? [usual] : [...row.codes]
  if (OPTIONAL.has(at) || row.doesWithout?.test(at) || (row.tolerant && place > 1)) return [usual, fault.code]
  if (row.goesOn !== undefined) return once && isRetried(fault, at) ? [usual] : [row.goesOn]
  if (once && isRetried(fault, at) && isQuestion(at)) return [usual]
  // A sign-in goes once more over a connection of its own, where the one that it went over had been kept.
  if (once && fault.retried && at.startsWith('POST') && isQuestion(at)) return [usual, fault.code]
  if (once && fault.code === 4 && at !== kinds[0]) return [usual, 4]
  if (place === 0) return [fault.atStart ?? fault.code, ...(fault.also ?? [])]
  const firstAct = kinds.findIndex((kind) => !isQuestion(kind))
  if (firstAct < 0 || place < firstAct) return [fault.code, ...(fault.also ?? [])]
  return [usual, 1, 3, 4, 5, 6]
}

describe('each fault of a server, in front of each command: it ends in time, with the right code, and repeats nothing that must not be', () => {
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

describe('no server at all: every command says so, exit 6', () => {
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
    ['a name that does not exist', () => 'https://no-such-host.invalid', 'no-such-host.invalid'],
    ['a port at which nobody listens', () => `http://127.0.0.1:${ports.get('free')}`, 'refuses'],
    [
      'a port that takes the connection and is silent',
      () => `http://127.0.0.1:${ports.get('silent')}`,
      'in time',
    ],
    [
      'a port at which TLS never comes about',
      () => `https://127.0.0.1:${ports.get('silent')}`,
      'does not answer',
    ],
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

describe('what is odd but right is no fault', () => {
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
