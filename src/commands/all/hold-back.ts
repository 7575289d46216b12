import { UserError } from '../../errors.ts'
import { FAILURES_IN_A_ROW, type FailingClient } from '../../evidence/failing-clients.ts'
import { outcomeText } from '../../evidence/result.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { kcLogout } from '../../util/shown-command.ts'
import type { HeldBack } from './outcome.ts'
import type { RealmRun } from './run.ts'

/** Evidence comes in steps: it is not asked again within this time. */
const LOOK_EVERY_MS = 250

/** The part of a run that it needs. */
interface HoldBackRun {
  readonly settings: Pick<RealmRun['settings'], 'holdBack'>
  readonly failing: RealmRun['failing']
  readonly ctx: Pick<RealmRun['ctx'], 'now'>
  readonly progress: Pick<RealmRun['progress'], 'note'>
  readonly keycloak: Pick<RealmRun['keycloak'], 'realm' | 'serverTime' | 'setClientNotBefore'>
  readonly snapshot: Pick<RealmRun['snapshot'], 'clients'>
}

interface Held {
  readonly failing: FailingClient
  readonly targets: SessionTarget[]
}

/**
 * Keeps sessions from being ended one by one at clients whose calls fail one after another: each would be lost for its
 * application, which is not notified a second time. Decides by evidence, so as late as that arrives.
 */
export class HoldBack {
  readonly #run: HoldBackRun
  /** By clientId. */
  readonly #held = new Map<string, Held>()
  #failing: ReadonlyMap<string, FailingClient> = new Map()
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(run: HoldBackRun) {
    this.#run = run
  }

  /** Is this session not to be ended, because a client that it notifies fails? Once it is, it stays so. */
  readonly holds = (target: SessionTarget): boolean => {
    if (this.#run.settings.holdBack === 'no') return false
    this.#look()
    const clientId = target.notified.find((name) => this.#held.has(name) || this.#failing.has(name))
    if (clientId === undefined) return false
    this.#heldAt(clientId).targets.push(target)
    return true
  }

  /** The clients whose sessions were held back, with their tokens cut off if that was asked for. */
  async finish(): Promise<HeldBack[]> {
    const { keycloak, settings, snapshot, ctx } = this.#run
    if (this.#held.size === 0) return []
    const seconds = Math.floor(((await keycloak.serverTime()) ?? ctx.now()) / 1000)
    const ids = new Map(snapshot.clients.map(({ clientId, id, notBefore }) => [clientId, { id, notBefore }]))
    const result: HeldBack[] = []
    for (const [clientId, { failing, targets }] of this.#held) {
      const client = ids.get(clientId)
      const cutOff =
        settings.holdBack === 'cut-off' && client ? await this.#cutOff(client, seconds) : { notBefore: null }
      result.push({
        clientId,
        answer: outcomeText(failing.outcome),
        ...cutOff,
        sessions: targets.map(({ id, username, offline }) => ({ id, username, offline })),
        command: this.#commandFor(clientId, targets),
      })
    }
    return result
  }

  #look(): void {
    const now = this.#run.ctx.now()
    if (now - this.#lookedAt < LOOK_EVERY_MS) return
    this.#lookedAt = now
    this.#failing = this.#run.failing()
  }

  #heldAt(clientId: string): Held {
    const known = this.#held.get(clientId)
    if (known) return known
    const failing = this.#failing.get(clientId)
    if (!failing) throw new Error(`${clientId} does not fail`)
    const held = { failing, targets: [] }
    this.#held.set(clientId, held)
    this.#run.progress.note(
      `${clientId}: the last ${FAILURES_IN_A_ROW} calls failed (${outcomeText(failing.outcome)}). Its other sessions are held back.`,
    )
    return held
  }

  /** Sets the client's not-before; a later one stays, because it was set on purpose. */
  async #cutOff(
    { id, notBefore }: { readonly id: string; readonly notBefore: number },
    seconds: number,
  ): Promise<Pick<HeldBack, 'notBefore' | 'error'>> {
    try {
      const time = Math.max(seconds, notBefore)
      if (time !== notBefore) await this.#run.keycloak.setClientNotBefore(id, time)
      return { notBefore: new Date(time * 1000).toISOString() }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return { notBefore: null, error: error.message }
    }
  }

  #commandFor(clientId: string, targets: readonly SessionTarget[]): string {
    const offline = targets.some((target) => target.offline) ? ['--offline-sessions'] : []
    return kcLogout`all -r ${{ value: this.#run.keycloak.realm, orElse: 'REALM' }} --client ${{ value: clientId, orElse: 'CLIENT' }} ${offline}`
  }
}
