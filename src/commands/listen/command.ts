import type { Command } from '@commander-js/extra-typings'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, type LastingExit } from '../../errors.ts'
import { confirmTakeover } from './confirm-takeover.ts'
import { expectationsOf } from './expectations.ts'
import { gather, type ListenRun } from './gather.ts'
import { type Listener, openListener } from './listener.ts'
import { declareOptions, type ListenOptions, publicUrl, refuseContradictions } from './options.ts'
import { printAddress, printNothingArrived } from './print-address.ts'
import { restoreAll, restoreClient } from './restore.ts'
import { type PlannedTakeover, takeOver } from './takeover-steps.ts'
import { openTakeoverStore } from './takeover-store.ts'
import { verifyRequests } from './verify-requests.ts'

const EXAMPLES = examples([
  ['kc-logout listen --issuer https://kc.example.com/realms/customers', 'what does Keycloak send?'],
  ['kc-logout listen --take-over shop -r customers', "take over the shop's URLs while it runs"],
  ['kc-logout listen --forward-to http://localhost:8080/logout', 'what does the application answer?'],
  ['kc-logout listen --respond 500 --delay 6', 'what does Keycloak do then?'],
])

/** Adds `listen` to the command line. */
export function register(program: Command, start: Start): void {
  declareOptions(program.command('listen'))
    .addHelpText('before', EXAMPLES)
    .action((flags) => start((ctx) => runListen(flags, ctx)))
}

/** Listens for logout requests. Roles: none; with `--take-over` view-clients and manage-clients. */
export async function runListen(options: ListenOptions, ctx: Context): Promise<ExitCode | LastingExit> {
  refuseContradictions(options)
  const store = openTakeoverStore(ctx.host)
  if (options.restore) return (await restoreAll(store, ctx)) ? EXIT.ok : { lasting: EXIT.partial }
  const run = await gather(options, store, ctx)
  const listener = await openListener(run)
  const state: TakeoverState = { written: undefined, isEarlierRestored: true }
  let failure: { readonly error: unknown } | undefined
  try {
    await listen(run, listener, state)
  } catch (error) {
    failure = { error }
  }
  // Restore before closing, so that a request in between still gets an answer.
  const isRestored = state.written === undefined || (await restoreClient(state.written, store, ctx))
  await listener.close()
  if (!isRestored || !state.isEarlierRestored) return notRestored(failure?.error, ctx)
  if (failure) throw failure.error
  return EXIT.ok
}

interface TakeoverState {
  /** The takeover, once the client may have been written. */
  written: PlannedTakeover | undefined
  /** All clients that earlier listeners left over are restored. */
  isEarlierRestored: boolean
}

/** Takes the client over, if one was named, and waits for requests until `--count` or a signal. */
async function listen(run: ListenRun, listener: Listener, state: TakeoverState): Promise<void> {
  const { options, source, decryption, store, ctx } = run
  const url = publicUrl(options, listener.port)
  const confirmed =
    options.takeOver === undefined
      ? undefined
      : await confirmTakeover(options.takeOver, url, options, store, ctx)
  const planned = confirmed?.planned
  state.isEarlierRestored = confirmed?.isEarlierRestored ?? true
  const inquiry = {
    strict: options.strict ?? false,
    // A token that the available keys do not confirm is refused.
    verify: source.keysExpected,
    ...decryption,
    expect: expectationsOf(options, planned?.client),
  }
  listener.start(verifyRequests(options, source, inquiry, ctx), planned?.former)
  if (planned) {
    await takeOver(planned, await ctx.keycloak(), store, () => {
      state.written = planned
    })
  }
  await printAddress(url, options, planned, store, ctx)
  const count = await listener.done
  if (count === 0 && ctx.signal.aborted) printNothingArrived(ctx)
}

/** A client that still points here matters more than what ended the run, a signal or an error. */
function notRestored(failure: unknown, { print, signal }: Context): LastingExit {
  if (failure instanceof Error && !signal.aborted) print.warn(failure.message)
  return { lasting: EXIT.partial }
}
