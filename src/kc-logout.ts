import { main } from './main.ts'
import { openWorld } from './world.ts'

/** Runs the command line of this process and resolves to its exit code once everything is written. */
export async function run(): Promise<number> {
  const world = openWorld()
  try {
    return await main(world.argv, world)
  } finally {
    await world.close()
  }
}
