import type { Command } from 'commander'
import { judgeDeliveries } from '../acts/judge-deliveries.ts'
import { isOf, leftBehind, type PlannedTakeover, planTakeover, putBack, takeOver } from '../acts/take-over.ts'
import { tokenSource } from '../acts/token-keys.ts'
import { showWhere } from '../acts/where.ts'
import type { Context } from '../context.ts'
import {
  type Answer,
  answerOf,
  answerTo,
  type Forwarded,
  type IncomingRequest,
  plainAnswer,
} from '../core/delivery.ts'
import { isLoopback } from '../core/loopback.ts'
import { commandsByHand, LISTENER_PATH } from '../core/takeover.ts'
import { checkExchange } from '../core/token/rules/request.ts'
import { EXIT, type ExitCode, UserError, usageError } from '../errors.ts'
import { type Delivery, deliveryView } from '../terminal/views/delivery.ts'
import { putBackView, takeoverView } from '../terminal/views/takeover.ts'
import { notNegative, portNumber, statusOrAuto, wholeNumber } from './arguments.ts'
import type { Start } from './command.ts'
import { examples } from './help.ts'

export interface ListenOptions {
  readonly port?: number
  readonly host?: string
  readonly publicUrl?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly respond?: 'auto' | number
  readonly delay?: number
  readonly count?: number
  readonly forwardTo?: string
  readonly client?: string
  readonly restore?: boolean
  readonly yes?: boolean
  readonly issuer?: string
  readonly jwks?: string
  readonly audience?: string
  readonly alg?: string
  readonly clockTolerance?: number
  readonly strict?: boolean
  readonly network?: boolean
  readonly decryptKey?: string
}

const PORT = 4711

const EXAMPLES = examples([
  ['kc-logout listen --issuer https://kc.example.com/realms/customers', 'what does Keycloak send?'],
  ['kc-logout listen --client shop -r customers', "takes the shop's URLs over while it runs"],
  ['kc-logout listen --forward-to http://localhost:8080/logout', 'what does the application answer?'],
  ['kc-logout listen --respond 500 --delay 6', 'what does Keycloak do then?'],
])

/** Adds `listen` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('listen')
    .description('Receives logout requests, checks each, and answers as the specification says.')
    .option('--port <n>', `the port to listen at; 0 takes a free one (${PORT})`, portNumber)
    .option('--host <host>', 'the address to listen at (127.0.0.1)')
    .option('--public-url <url>', 'where Keycloak finds this listener')
    .option('--tls-cert <file>', 'speaks https with this certificate (PEM)')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--respond <status>', 'auto, or the status to answer every request with', statusOrAuto)
    .option('--delay <seconds>', 'waits before it answers (Keycloak gives up after 5 s)', notNegative)
    .option('--count <n>', 'ends after so many requests', wholeNumber(1_000_000))
    .option('--forward-to <url>', "hands requests on, and gives Keycloak that receiver's answer")
    .option('--client <id>', "sets this client's URLs to this listener, and puts them back at the end")
    .option('--restore', 'puts back what a listener that died has left behind, and ends')
    .option('--issuer <url>', 'the issuer expected; its keys are fetched')
    .option('--jwks <file|url>', 'the keys to verify with')
    .option('--audience <id>', 'the client that tokens should be for')
    .option('--alg <alg>', 'the signature algorithm that the client expects')
    .option('--clock-tolerance <seconds>', 'by how much clocks may differ (30)', notNegative)
    .option('--strict', 'broken SHOULD rules fail too')
    .option('--no-network', 'fetches no keys')
    .option('--decrypt-key <file>', 'the private key for encrypted tokens (JWK or PEM)')
    .option('-y, --yes', 'does not ask')
    .addHelpText('before', EXAMPLES)
    .action((flags: ListenOptions) => start((ctx) => runListen(flags, ctx)))
}

/** Listens for logout requests. Roles: none; with `--client` view-clients and manage-clients. */
export async function runListen(options: ListenOptions, ctx: Context): Promise<ExitCode> {
  refuseContradictions(options)
  if (options.restore) return restoreAll(ctx)
  const tls = await certificate(options, ctx)
  const source = await tokenSource(options, ctx)
  if ('missing' in source.keys) {
    ctx.print.warn(`Signatures are NOT verified; anybody can send what arrives here. ${source.keys.missing}`)
  }

  const counted = counter(options.count, ctx.signal)
  let judge: ReturnType<typeof judgeDeliveries> | undefined
  let former: PlannedTakeover['former'] | undefined
  const { host = '127.0.0.1', port = PORT } = options
  const receiver = await ctx.receive({ host, port, ...(tls ? { tls } : {}) }, async (request) => {
    if (!judge) return plainAnswer(503)
    const delivery = await deliver(request, judge, former, options, ctx)
    // Keycloak need not wait for a slow reader of ours.
    void ctx.print.item(delivery.shown, deliveryView).then(counted.add, counted.fail)
    return delivery.answer
  })

  let taken: PlannedTakeover | undefined
  try {
    const url = publicUrl(options, receiver.port, tls !== undefined)
    const planned = options.client === undefined ? undefined : await plan(options.client, url, options, ctx)
    judge = judgeDeliveries(options, source, await inquiry(options, source.asked, planned, ctx), ctx)
    if (planned) {
      former = planned.former
      await (await ctx.takeovers()).keep(planned.takeover)
      taken = planned
      await takeOver(planned, await ctx.keycloak())
    }
    await sayWhere(url, options, planned, ctx)
    await counted.done
    if (counted.number() === 0 && ctx.signal.aborted) for (const line of NOTHING_CAME) ctx.print.note(line)
  } finally {
    // First back, then deaf: nothing that Keycloak sends meanwhile is lost.
    if (taken) await goBack(taken, ctx)
    await receiver.close()
  }
  return EXIT.ok
}

function refuseContradictions({
  tlsCert,
  tlsKey,
  respond,
  forwardTo,
  restore,
  client,
  host,
  publicUrl,
}: ListenOptions) {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw usageError('tls-incomplete', '--tls-cert and --tls-key belong together.')
  }
  if (forwardTo !== undefined && respond !== undefined && respond !== 'auto') {
    throw usageError(
      'contradiction',
      '--respond forces an answer, and --forward-to takes that of the receiver.',
      'Use one.',
    )
  }
  for (const [name, url] of [
    ['--forward-to', forwardTo],
    ['--public-url', publicUrl],
  ] as const) {
    if (url !== undefined && !(URL.canParse(url) && /^https?:\/\//i.test(url))) {
      throw usageError('bad-url', `${name} ${JSON.stringify(url)} is no http(s) URL.`)
    }
  }
  if (restore && client !== undefined) {
    throw usageError('contradiction', '--restore puts back, and --client takes over.', 'Use one.')
  }
  if (client !== undefined && publicUrl === undefined && (host === '0.0.0.0' || host === '::')) {
    throw usageError(
      'no-public-url',
      `Where Keycloak finds a listener at ${host} is not known.`,
      'Give --public-url.',
    )
  }
}

async function certificate({ tlsCert, tlsKey }: ListenOptions, { files }: Context) {
  if (tlsCert === undefined || tlsKey === undefined) return undefined
  return {
    cert: await files.read(tlsCert, { maxBytes: 1024 * 1024 }),
    key: await files.read(tlsKey, { maxBytes: 1024 * 1024 }),
  }
}

function publicUrl(
  { publicUrl: given, host = '127.0.0.1' }: ListenOptions,
  port: number,
  secure: boolean,
): string {
  if (given !== undefined) return given.replace(/\/$/, '')
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `${secure ? 'https' : 'http'}://${name}:${port}`
}

async function inquiry(
  { audience, alg, clockTolerance = 30, strict = false, decryptKey }: ListenOptions,
  verify: boolean,
  planned: PlannedTakeover | undefined,
  { files }: Context,
) {
  const client = planned?.client
  const clientId = audience ?? client?.clientId
  const wanted = alg ?? client?.idTokenSignedResponseAlg
  const key = decryptKey === undefined ? undefined : await files.read(decryptKey, { maxBytes: 64 * 1024 })
  return {
    strict,
    // Where keys were to be had, a token that they did not confirm is refused.
    verify,
    ...(key === undefined
      ? {}
      : {
          decrypt: async (token: string, by: unknown) =>
            (await import('../core/token/decrypt.ts')).decryptToken(token, by, key),
        }),
    expect: {
      tolerance: clockTolerance,
      ...(clientId === undefined ? {} : { clientId }),
      ...(wanted === undefined ? {} : { alg: wanted }),
      ...(client === undefined ? {} : { sessionRequired: client.backchannelLogoutSessionRequired }),
    },
  }
}

/** Judges one request, hands it on where that is asked for, and says what to answer and what to show. */
async function deliver(
  request: IncomingRequest,
  judge: ReturnType<typeof judgeDeliveries>,
  former: PlannedTakeover['former'] | undefined,
  { respond = 'auto', delay = 0, forwardTo, strict = false }: ListenOptions,
  ctx: Context,
): Promise<{ answer: Answer; shown: Delivery }> {
  const time = new Date(ctx.now()).toISOString()
  const { reading, report } = await judge(request)
  const target = respond === 'auto' ? (forwardTo ?? former?.[reading.kind]) : undefined
  const forwarded =
    target === undefined
      ? undefined
      : await ctx.forward(target.replace(/\/$/, reading.suffix ? '' : '/') + reading.suffix, request)
  const exchange = {
    request,
    reading,
    token: report?.verdict,
    ...(forwarded?.status ? { answer: answerOf(forwarded) } : {}),
  }
  const rules = [...(report?.rules ?? []), ...checkExchange(exchange, { strict })]
  const answer = forwarded
    ? answerOf(forwarded)
    : respond === 'auto'
      ? answerTo(request, report, rules)
      : plainAnswer(respond)
  if (delay > 0) await ctx.sleep(delay * 1000)
  return { answer, shown: shownAs(time, request, reading.kind, report, rules, answer, forwarded) }
}

function shownAs(
  time: string,
  { method, path }: IncomingRequest,
  kind: 'logout' | 'admin-action',
  report: Awaited<ReturnType<ReturnType<typeof judgeDeliveries>>>['report'],
  rules: Delivery['rules'],
  { status, body }: Answer,
  forwarded: Forwarded | undefined,
): Delivery {
  const { rules: _rules, ...token } = report ?? { rules: undefined }
  return {
    time,
    method,
    path,
    kind: report ? kind : 'unknown',
    token: report ? (token as Delivery['token']) : null,
    rules,
    answered: { status, body },
    ...(forwarded
      ? {
          forwarded: {
            status: forwarded.status,
            body: forwarded.body,
            ms: forwarded.ms,
            ...(forwarded.error === undefined ? {} : { error: forwarded.error }),
          },
        }
      : {}),
  }
}

/** Reads the client, puts back what an earlier listener left behind, shows the plan with the way back first, and asks. */
async function plan(
  clientId: string,
  url: string,
  { yes }: ListenOptions,
  ctx: Context,
): Promise<PlannedTakeover> {
  const keycloak = await ctx.keycloak()
  const store = await ctx.takeovers()
  for (const old of await leftBehind(keycloak, store)) {
    const back = await putBack(old, keycloak, store)
    ctx.print.plan({ ...back, earlier: true }, putBackView)
  }
  const planned = await planTakeover(clientId, url, keycloak, ctx)
  await showWhere(ctx)
  ctx.print.plan(
    { plan: planned.plan, byHand: commandsByHand(planned.takeover), path: store.pathOf(planned.takeover) },
    takeoverView,
  )
  if (!yes) await ctx.ask.agree(`Take client ${clientId} over for as long as this runs?`, { flag: '--yes' })
  return planned
}

async function goBack({ takeover }: PlannedTakeover, ctx: Context): Promise<void> {
  try {
    const back = await putBack(takeover, await ctx.keycloakAfterwards(), await ctx.takeovers())
    ctx.print.plan({ ...back, earlier: false }, putBackView)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    ctx.print.warn(`Client ${takeover.clientId} is NOT back to what it was: ${error.message}`)
    ctx.print.warn('kc-logout listen --restore puts it back, or by hand:')
    for (const command of commandsByHand(takeover)) ctx.print.warn(`  ${command}`)
  }
}

async function restoreAll(ctx: Context): Promise<ExitCode> {
  const store = await ctx.takeovers()
  const all = await store.list()
  if (all.length === 0) {
    ctx.print.result({ restored: [] }, () => ['Nothing is taken over.'])
    return EXIT.ok
  }
  const keycloak = await ctx.keycloak()
  const here = all.filter((each) => isOf(each, keycloak))
  const restored = []
  for (const each of here) {
    if (store.isAlive(each))
      ctx.print.warn(`Process ${each.pid}, which took ${each.clientId} over, seems to run still.`)
    restored.push(await putBack(each, keycloak, store))
  }
  for (const { clientId, realm, server } of all.filter((each) => !isOf(each, keycloak))) {
    ctx.print.warn(
      `Client ${clientId} of realm ${realm} at ${server} is not put back: that is another realm.`,
    )
  }
  ctx.print.result({ restored }, ({ restored: done }, screen) =>
    done.flatMap((each) => putBackView({ ...each, earlier: true }, screen)),
  )
  return EXIT.ok
}

async function sayWhere(
  url: string,
  { host = '127.0.0.1', forwardTo }: ListenOptions,
  planned: PlannedTakeover | undefined,
  { print, takeovers }: Context,
) {
  if (!isLoopback(host === '::1' ? '[::1]' : host)) {
    print.warn(`Everybody who reaches ${host} can send requests here.`)
  }
  print.note(`Listening at ${url}`)
  if (planned) {
    const to = planned.former.logout ?? planned.former['admin-action']
    print.note(
      `Client ${planned.client.clientId} leads here${to ? `; requests are handed on to ${to}` : ''}. Ctrl-C puts it back.`,
    )
    return
  }
  if (forwardTo === undefined)
    print.note(
      `Lead a client here: kc-logout configure CLIENT --backchannel-url ${url}${LISTENER_PATH}/backchannel`,
    )
  const waiting = (await (await takeovers()).list()).length
  if (waiting > 0)
    print.warn('A listener that died may have left a client changed: kc-logout listen --restore')
}

/** What keeps Keycloak from sending anything, most frequent first. */
const NOTHING_CAME = [
  'Nothing came. What that may be:',
  '  - the client has another Backchannel Logout URL, or its front channel logout is on',
  '  - the person had no session with this client (kc-logout sessions --client CLIENT)',
  '  - Keycloak does not reach this address from where it runs (a container has its own 127.0.0.1)',
  '  - "Logout all" in Keycloak tells no backchannel client (kc-logout all does)',
  '  - the token was revoked before the logout',
]

/** Counts what was shown until there is enough of it or the signal ends it. */
function counter(most: number | undefined, signal: AbortSignal) {
  let count = 0
  let finish: () => void = () => {}
  let abandon: (error: unknown) => void = () => {}
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve
    abandon = reject
  })
  done.catch(() => {})
  if (signal.aborted) finish()
  else signal.addEventListener('abort', finish, { once: true })
  return {
    done,
    number: () => count,
    fail: abandon,
    add: () => {
      count++
      if (most !== undefined && count >= most) finish()
    },
  }
}
