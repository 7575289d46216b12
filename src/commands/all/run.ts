import type { Context } from '../../cli/context.ts'
import type { FailingClient } from '../../evidence/failing-clients.ts'
import type { Connection } from '../../keycloak/http/can-connect.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import type { Progress } from '../../ui/output.ts'
import type { RunHistory } from './history.ts'
import type { AllSettings } from './options.ts'
import type { AllPlan } from './plan.ts'
import type { RealmSnapshot } from './snapshot.ts'

/** One run of `all` after the confirmation: what was read and planned, and what its steps need. */
export interface RealmRun {
  readonly settings: AllSettings
  readonly snapshot: RealmSnapshot
  readonly plan: AllPlan
  readonly keycloak: Keycloak
  readonly ctx: Context
  readonly progress: Progress
  /** Tries to connect to a URL's host from this machine. */
  readonly connect: (url: string) => Promise<Connection>
  /** Keycloak answered that it ended this session. */
  readonly onSessionEnded: (target: SessionTarget) => void
  /** Deliveries seen so far, for the progress bar; empty without evidence. */
  readonly seenSoFar: () => string
  /** Clients whose calls failed one after another, by clientId; none without evidence. */
  readonly failing: () => ReadonlyMap<string, FailingClient>
  /** Records what happens when, for the report. */
  readonly history: RunHistory | undefined
}
