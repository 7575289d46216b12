import type { Command } from 'commander'
import { notNegative, portNumber, statusOrAuto, wholeNumber } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, type LastingExit } from '../../errors.ts'
import { decryptionWith } from '../../jwks/decryption.ts'
import { type TokenSource, tokenSource } from '../../jwks/key-source.ts'
import { isLoopback } from '../../util/loopback.ts'
import { confirmTakeover, restoreAll, restoreClient } from './confirm-takeover.ts'
import { type PlannedTakeover, takeOver } from './execute-takeover.ts'
import { handleRequest } from './handle-request.ts'
import { plainAnswer } from './logout-request.ts'
import { certificate, type ListenOptions, publicUrl, refuseContradictions } from './options.ts'
import { counter } from './request-counter.ts'
import { type Forward, forward as forwardTo } from './server/forward.ts'
import { receive } from './server/server.ts'
import { LISTENER_PATH } from './takeover.ts'
import { openTakeovers, type Takeovers } from './takeover-store.ts'
import { type Judge, verifyRequests } from './verify-requests.ts'
import { deliveryView } from './view.ts'

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
    .option('--issuer <url>', 'Expected issuer; its keys are fetched')
    .option('--jwks <file|url>', 'Keys to verify with')
    .option('--audience <id>', 'the client that tokens should be for')
    .option('--alg <alg>', "The client's signature algorithm")
    .option('--clock-tolerance <seconds>', 'Tolerated clock difference (30)', notNegative)
    .option('--strict', 'Fail on broken SHOULD rules, too')
    .option('--no-network', 'fetches no keys')
    .option('--decrypt-key <file>', 'Private key for encrypted tokens (JWK or PEM)')
    .option('-y, --yes', 'does not ask')
    .addHelpText('before', EXAMPLES)
    .action((flags: ListenOptions) => start((ctx) => runListen(flags, ctx)))
}

/** Listens for logout requests. Roles: none; with `--client` view-clients and manage-clients. */
export async function runListen(options: ListenOptions, ctx: Context): Promise<ExitCode | LastingExit> {
  refuseContradictions(options)
  const store = openTakeovers(ctx.host)
  if (options.restore) return (await restoreAll(store, ctx)) ? EXIT.ok : { lasting: EXIT.partial }
  const tls = await certificate(options, ctx)
  const http = await ctx.http()
  const forward: Forward = (url, request) => forwardTo(url, request, http)
  const decryption = await decryptionWith(options.decryptKey, ctx.files)
  const source = await keysFor(options, ctx)
  if ('missing' in source.keys) {
    ctx.print.warn(`Signatures are NOT verified; anybody can send what arrives here. ${source.keys.missing}`)
  }

  const counted = counter(options.count, ctx.signal)
  let judge: Judge | undefined
  let former: PlannedTakeover['former'] | undefined
  const { host = '127.0.0.1', port = PORT } = options
  const onLost = (why: string) => ctx.print.warn(why)
  const receiver = await receive({ host, port, onLost, ...(tls ? { tls } : {}) }, async (request) => {
    if (!judge) return plainAnswer(503)
    const tools = { now: ctx.now, sleep: ctx.sleep, forward }
    const delivery = await handleRequest(request, judge, former, options, tools).catch((error: unknown) => {
      // It came, though nothing can be shown of it.
      counted.add()
      throw error
    })
    // Keycloak need not wait for a slow reader of ours.
    void ctx.print.item(delivery.shown, deliveryView).then(counted.add, counted.fail)
    return delivery.answer
  })

  let taken = undefined as PlannedTakeover | undefined
  let allBack = true
  let failure: unknown
  try {
    const url = publicUrl(options, receiver.port, tls !== undefined)
    const agreed =
      options.client === undefined
        ? undefined
        : await confirmTakeover(options.client, url, options, store, ctx)
    const planned = agreed?.planned
    allBack = agreed?.earlierAreBack ?? true
    judge = verifyRequests(options, source, inquiry(options, source.keysExpected, planned, decryption), ctx)
    if (planned) {
      former = planned.former
      await takeOver(planned, await ctx.keycloak(), store, () => {
        taken = planned
      })
    }
    await sayWhere(url, options, planned, store, ctx)
    await counted.done
    if (counted.number() === 0 && ctx.signal.aborted) for (const line of NOTHING_CAME) ctx.print.note(line)
  } catch (error) {
    failure = error
  }
  // First back, then deaf: nothing that Keycloak sends meanwhile is lost.
  if (taken && !(await restoreClient(taken, store, ctx))) allBack = false
  await receiver.close()
  if (!allBack) return leftChanged(failure, ctx)
  if (failure !== undefined) throw failure
  return EXIT.ok
}

/** A client that leads to a listener which has gone matters more than what ended it: a signal, or an error of its own. */
function leftChanged(failure: unknown, { print, signal }: Context): LastingExit {
  if (failure instanceof Error && !signal.aborted) print.warn(failure.message)
  return { lasting: EXIT.partial }
}

/** Keys that `--no-network` keeps from being fetched are not missed, which is said; refusing everything would help nobody. */
async function keysFor(options: ListenOptions, ctx: Context): Promise<TokenSource> {
  const source = await tokenSource(options, ctx)
  const isWithout = options.network === false && 'missing' in source.keys
  return isWithout ? { ...source, keysExpected: false } : source
}

function inquiry(
  { audience, alg, clockTolerance = 30, strict = false }: ListenOptions,
  verify: boolean,
  planned: PlannedTakeover | undefined,
  decryption: Awaited<ReturnType<typeof decryptionWith>>,
) {
  const client = planned?.client
  const clientId = audience ?? client?.clientId
  const wanted = alg ?? client?.idTokenSignedResponseAlg
  return {
    strict,
    // Where keys were to be had, a token that they did not confirm is refused.
    verify,
    ...decryption,
    expect: {
      tolerance: clockTolerance,
      ...(clientId === undefined ? {} : { clientId }),
      ...(wanted === undefined ? {} : { alg: wanted }),
      ...(client === undefined ? {} : { sessionRequired: client.backchannelLogoutSessionRequired }),
    },
  }
}

async function sayWhere(
  url: string,
  { host = '127.0.0.1', forwardTo }: ListenOptions,
  planned: PlannedTakeover | undefined,
  store: Takeovers,
  { print }: Context,
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
  const waiting = (await store.list()).length
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
