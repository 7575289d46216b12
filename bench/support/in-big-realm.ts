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
}

/** Does the work in a big realm of its own, and puts away everything it took, whatever happens. */
export async function inBigRealm(bench: Bench, work: (setting: Setting) => Promise<void>): Promise<void> {
  const rig = await startRig(bench.say)
  const receivers = await startReceivers()
  const realm = await bigRealm(rig, receivers)
  try {
    await work({ realm, receivers, sides: await sidesOf(bench, rig, realm, receivers) })
  } finally {
    await realm.remove()
    await receivers.close()
    await rig.stop()
  }
}
