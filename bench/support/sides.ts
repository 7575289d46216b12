import type { BigRealm } from './big-realm.ts'
import { type Cost, measure, measureOk } from './measure.ts'
import type { Bench } from './program.ts'
import type { Receivers } from './receivers.ts'
import { longToken, type Rig } from './rig.ts'
import { type Work, workBetween, workUntilNow } from './work.ts'

/** Requests in flight: while ending sessions (kc-logout's default), and while listing them. */
export const WIDTH = 8
const READ_WIDTH = 4

/** What one side cost, itself and the whole machine. */
export interface Worked extends Cost {
  readonly work: Work
}

/** CPU seconds of everybody who takes part. */
export const workOf = ({ cpu, work }: Worked) => cpu + work.server + work.receivers

/** What one side did with a realm full of sessions. */
export interface Run extends Worked {
  /** Sessions that a receiver was told of. */
  readonly notified: number
  /** Sessions that one was told of more than once. */
  readonly notifiedTwice: number
  /** Rows that Keycloak's database still holds. */
  readonly left: number
}

export interface Sides {
  /** kc-logout all, from its start to its exit. */
  all(...more: string[]): Promise<Run>
  /** The bare loop, lists and ends: session by session, or user by user, with a look at the user's sessions before it. */
  bare(by?: 'sessions' | 'users' | 'looked'): Promise<Run>
  /** `all --dry-run`: reads what there is. */
  dryRun(): Promise<Worked>
  /** The bare loop, lists only. */
  bareList(): Promise<Worked>
  /** The command line and environment of `kc-logout all`. */
  readonly command: { readonly all: readonly string[]; readonly env: Readonly<Record<string, string>> }
}

/** The two sides of a comparison, on one server and one realm. */
export async function sidesOf(
  { program, bareLoop }: Pick<Bench, 'program' | 'bareLoop'>,
  rig: Rig,
  { realm, sessionRows }: BigRealm,
  receivers: Receivers,
): Promise<Sides> {
  const { keycloak } = rig
  const all = [...program, 'all', '-r', realm.name, '--json', '--concurrency', String(WIDTH)]
  const env = {
    KC_LOGOUT_SERVER: keycloak.url,
    KC_LOGOUT_USERNAME: keycloak.admin.username,
    KC_LOGOUT_PASSWORD: keycloak.admin.password,
  }
  const bareEnv = {
    SERVER: keycloak.url,
    REALM: realm.name,
    TOKEN: await longToken(rig),
    WIDTH: String(WIDTH),
    READ_WIDTH: String(READ_WIDTH),
  }
  const worked = async (act: () => Promise<Cost>): Promise<Worked> => {
    const before = await workUntilNow(rig)
    const cost = await act()
    return { ...cost, work: workBetween(before, await workUntilNow(rig)) }
  }
  const counted = async (act: () => Promise<Cost>): Promise<Run> => {
    receivers.clear()
    const cost = await worked(act)
    if (receivers.strays.length > 0) throw new Error(`${receivers.strays.length} logout tokens went astray`)
    return {
      ...cost,
      notified: receivers.notified.size,
      notifiedTwice: [...receivers.notified.values()].filter((times) => times > 1).length,
      left: await sessionRows(),
    }
  }
  return {
    all: (...more) => counted(() => measure([...all, '--confirm', realm.name, ...more], { env })),
    bare: (by = 'sessions') => counted(() => measureOk(bareLoop, { env: { ...bareEnv, END: by } })),
    dryRun: () => worked(() => measureOk([...all, '--dry-run'], { env })),
    bareList: () => worked(() => measureOk(bareLoop, { env: { ...bareEnv, END: 'no' } })),
    command: { all: [...all, '--confirm', realm.name], env },
  }
}

/** Throws unless everybody was told once and nothing is left. */
export function requireComplete(run: Run, sessions: number): void {
  const { code, notified, notifiedTwice, left, stderr } = run
  if (code !== 0 || notified !== sessions || notifiedTwice > 0 || left > 0)
    throw new Error(
      `exit ${code}: ${notified} of ${sessions} told, ${notifiedTwice} more than once, ${left} left\n${stderr}`,
    )
}
