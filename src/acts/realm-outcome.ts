import { type AllOutcome, verdictOfAll } from '../core/all-outcome.ts'
import { clientsOfClientStep, toldByAll } from '../core/all-plan.ts'
import type { Delivery } from '../core/user-outcome.ts'
import type { PlannedClient } from '../core/user-plan.ts'
import { errorFields } from '../errors.ts'
import type { RealmLoggedOut } from './log-out-realm.ts'
import type { SecondLook } from './look-again.ts'
import type { RealmFound } from './realm-found.ts'

/** The plan, or, with `result`, what came of it. */
export function realmOutcome(
  dryRun: boolean,
  { plan, ...found }: RealmFound,
  realm: string,
  result?: { done: RealmLoggedOut; look: SecondLook },
): AllOutcome {
  const done = result?.done
  const stopped = done?.stopped ?? result?.look.failure
  const step = new Set(clientsOfClientStep(plan, found.clients).map(({ id }) => id))
  const outcome = {
    act: 'all' as const,
    realm,
    dryRun,
    before: found.before,
    steps: {
      client: [...found.online.values()].filter(
        ({ id, clients }) => id !== found.ownSessionId && clients.some((client) => step.has(client)),
      ).length,
      offline: plan.offlineStep ? found.offline.size : 0,
      realm: plan.realmStep,
      cutOffFirst: plan.cutOffFirst,
    },
    phases: done?.phases ?? [],
    adminUrls: done?.adminUrls ?? [],
    clients: toldByAll(plan, found.clients, found.byClient, found.realm).map(({ id, ...client }) => {
      const ended = done?.endedAt.get(id) ?? 0
      return { ...client, ended, delivery: done ? deliveryTo(client, ended, done) : ('none' as const) }
    }),
    endedUntold: result?.look.endedUntold ?? 0,
    ...(done?.watch ? { watch: done.watch } : {}),
    ...(done?.realmStepSkipped ? { realmStepSkipped: done.realmStepSkipped } : {}),
    interrupted: done?.interrupted ?? false,
    ...(stopped ? { error: errorFields(stopped) } : {}),
    after: result?.look.after ?? { active: null, offline: null, startedAfter: null, left: null },
  }
  return { ...outcome, verdict: result ? verdictOfAll(outcome) : 'planned' }
}

/** Backchannel calls are made as sessions end one by one, calls to Admin URLs by the realm step alone. */
function deliveryTo(
  { clientId, channel, expectation }: Omit<PlannedClient, 'id'>,
  ended: number,
  { adminUrls, phases }: RealmLoggedOut,
): Delivery {
  if (expectation === 'not-told') return 'none'
  if (channel !== 'admin-url') return ended > 0 ? 'unconfirmed' : 'none'
  if (!phases.some(({ name }) => name === 'realm')) return 'none'
  return adminUrls.find((entry) => entry.clientId === clientId)?.delivery ?? 'unconfirmed'
}
