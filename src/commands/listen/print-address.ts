import type { Context } from '../../cli/context.ts'
import { isLoopback } from '../../util/loopback.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'
import { kcLogout } from '../../util/shown-command.ts'
import type { ListenOptions } from './options.ts'
import { LISTENER_PATH } from './takeover.ts'
import type { PlannedTakeover } from './takeover-steps.ts'
import type { TakeoverStore } from './takeover-store.ts'

/** Prints where it listens, and how Keycloak gets there. */
export async function printAddress(
  url: string,
  { host = '127.0.0.1', forwardTo }: ListenOptions,
  planned: PlannedTakeover | undefined,
  store: TakeoverStore,
  { print }: Context,
): Promise<void> {
  if (!isLoopback(host === '::1' ? '[::1]' : host))
    print.warn(`Anyone who reaches ${host} can send requests here.`)
  print.note(`Listening at ${url}`)
  if (planned) {
    const { clientId } = planned.client
    const target = planned.former.logout ?? planned.former['admin-action']
    const forwarded = target ? `; requests are forwarded to ${maskCredentials(target)}` : ''
    print.note(`Client ${clientId} points here${forwarded}. Ctrl-C restores it.`)
    return
  }
  if (forwardTo === undefined)
    print.note(
      `Point a client here: ${kcLogout`configure CLIENT --backchannel-url ${`${url}${LISTENER_PATH}/backchannel`}`}`,
    )
  if ((await store.list()).length > 0)
    print.warn('A crashed listener may have left a client changed: kc-logout listen --restore')
}

/** Why Keycloak may have sent nothing, most frequent first. */
const NOTHING_ARRIVED = [
  'Nothing arrived. Possible reasons:',
  '  - the client has another Backchannel Logout URL, or its front channel logout is on',
  '  - the user had no session at this client (kc-logout sessions --client CLIENT)',
  '  - Keycloak cannot reach this address from where it runs (a container has its own 127.0.0.1)',
  '  - "Logout all" in Keycloak notifies no backchannel client (kc-logout all does)',
  '  - the token was revoked before the logout',
]

export function printNothingArrived({ print }: Context): void {
  for (const line of NOTHING_ARRIVED) print.note(line)
}
