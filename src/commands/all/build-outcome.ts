import type { DeliveryStatus } from '../../core/client-result.ts'
import type { Client } from '../../core/model.ts'
import { reach } from '../../core/reach.ts'
import { errorFields } from '../../errors.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import type { RealmLoggedOut } from './execute.ts'
import { added } from './gather.ts'
import { type AllOutcome, type Phase, realmCallOf, verdictOfAll } from './outcome.ts'
import { clientsOfClientStep, notifiedByAll } from './plan.ts'
import type { RealmStepTaken } from './realm-step.ts'
import type { RealmSnapshot } from './snapshot.ts'
import type { Verification } from './verify.ts'

/** The plan, or, with `result`, what came of it. */
export function realmOutcome(
  dryRun: boolean,
  { plan, ...found }: RealmSnapshot,
  realm: string,
  result?: { done: RealmLoggedOut; look: Verification },
): AllOutcome {
  const done = result?.done
  const stopped = done?.stopped ?? result?.look.failure
  const step = new Set(clientsOfClientStep(plan, found.clients).map(({ id }) => id))
  const phases = [...(done?.phases ?? [])]
  if (done?.realmStep) phases.push(realmPhase(done.realmStep, result?.look.living))
  const outcome = {
    act: 'all' as const,
    realm,
    dryRun,
    everybody: found.isEverything,
    before: found.before,
    steps: {
      client: [...found.online.values()].filter(
        ({ id, clients }) => id !== found.ownSessionId && clients.some((client) => step.has(client)),
      ).length,
      offline: plan.offlineStep ? found.offline.size : 0,
      realm: plan.realmStep,
      cutOffFirst: plan.cutOffFirst,
    },
    phases,
    adminUrls: done?.adminUrls ?? [],
    clients: notifiedByAll(
      plan,
      found.clients,
      added(found.byClient, done?.joined ?? new Map()),
      found.realm,
    ).map(({ id, ...planned }) => {
      const ended = done?.endedAt.get(id) ?? 0
      const client = { ...planned, ...channelTaken(found.clients, id, ended, phases) }
      const delivery = done ? deliveryTo(client, ended, phases, done) : ('none' as const)
      return { ...client, ended, delivery }
    }),
    endedUnnotified: result ? result.look.endedUnnotified : 0,
    ...(done?.watch ? { watch: done.watch } : {}),
    ...(found.unread.length > 0 ? { unread: found.unread.map(({ clientId }) => clientId) } : {}),
    ...(done?.realmStepSkipped ? { realmStepSkipped: done.realmStepSkipped } : {}),
    interrupted: result ? result.done.interrupted || result.look.interrupted : false,
    ...(stopped ? { error: errorFields(stopped) } : {}),
    after: result?.look.after ?? { active: null, offline: null, startedAfter: null, left: null },
  }
  return { ...outcome, verdict: result ? verdictOfAll(outcome) : 'planned' }
}

/**
 * What came of the sessions that were left for Keycloak's logout of the realm, by what lives of them afterwards. Where
 * nobody could look, its answer has to do.
 */
function realmPhase({ call, rest, seconds }: RealmStepTaken, living: Verification['living']): Phase {
  const left = rest.filter(({ id }) => (living ? living.has(id) : call !== 'done'))
  const over = rest.length - left.length
  const mayHaveRun = call === 'done' || call === 'unknown'
  return {
    name: 'realm',
    sessions: rest.length,
    ended: mayHaveRun ? over : 0,
    gone: mayHaveRun ? 0 : over,
    failed: call === 'done' ? left.map(livesOn) : [],
    untried: call === 'done' ? 0 : left.length,
    seconds,
    call,
  }
}

const livesOn = ({ id, username }: SessionTarget) => ({
  session: id,
  user: username,
  code: 'lives-on',
  error: 'It lives, though Keycloak says that its logout of the realm is done.',
})

/**
 * Whom the realm step is to tell by the Admin URL is told by the Backchannel Logout URL, if there is one, when a session
 * ends one by one; and by that alone where the realm step does not come.
 */
function channelTaken(clients: readonly Client[], id: string, ended: number, phases: readonly Phase[]) {
  const client = clients.find((one) => one.id === id)
  if (!client || ended === 0 || wasCalled(phases)) return {}
  const { channel, url, notified } = reach(client, 'user')
  return notified ? { channel, url } : {}
}

/** Were Admin URLs called, or may they have been? */
const wasCalled = (phases: readonly Phase[]) => ['done', 'unknown'].includes(realmCallOf(phases) ?? '')

/** Backchannel calls are made as sessions end one by one, calls to Admin URLs by the realm step alone. */
function deliveryTo(
  {
    clientId,
    channel,
    expectation,
  }: Pick<AllOutcome['clients'][number], 'clientId' | 'channel' | 'expectation'>,
  ended: number,
  phases: readonly Phase[],
  { adminUrls }: RealmLoggedOut,
): DeliveryStatus {
  if (expectation === 'not-notified') return 'none'
  if (channel !== 'admin-url') return ended > 0 ? 'unconfirmed' : 'none'
  if (!wasCalled(phases)) return 'none'
  return adminUrls.find((entry) => entry.clientId === clientId)?.delivery ?? 'unconfirmed'
}
