import { main, reportCrash } from './main.ts'
import { openWorld } from './world.ts'

/** Runs the command line of this process and resolves to its exit code once everything is written. */
export async function run(): Promise<number> {
  const world = openWorld()
  world.onCrash((error) => reportCrash(error, world))
  try {
    return await main(world.argv, world)
  } finally {
    await world.close()
  }
}
