import { type BigRealm, bigRealm } from './big-realm.ts'
import type { Bench } from './program.ts'
import { type Receivers, startReceivers } from './receivers.ts'
import { startRig } from './rig.ts'
import { type Sides, sidesOf } from './sides.ts'

/** What a case about many sessions works with. */
export interface Setting {
  readonly realm: BigRealm
  readonly receivers: Receivers
  readonly sides: Sides
  /** Undefined if the server was running already. */
  readonly logFile: string | undefined
}

/** Does the work in a big realm of its own, and puts away everything it took, whatever happens. */
export async function inBigRealm(
  bench: Bench,
  work: (setting: Setting) => Promise<void>,
  serverArgs: readonly string[] = [],
): Promise<void> {
  const rig = await startRig(bench.say, serverArgs)
  const receivers = await startReceivers()
  const realm = await bigRealm(rig, receivers)
  try {
    const sides = await sidesOf(bench, rig, realm, receivers)
    await work({ realm, receivers, sides, logFile: rig.keycloak.logFile })
  } finally {
    await realm.remove()
    await receivers.close()
    await rig.stop()
  }
}
