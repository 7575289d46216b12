import { EXIT, UserError } from './errors.ts'
import { openProcess } from './process.ts'
import { main, reportCrash } from './run.ts'

/** Runs the command line of this process and resolves to its exit code once everything is written. */
export async function run(): Promise<number> {
  const world = openProcess()
  world.onCrash((error) => reportCrash(error, world))
  let code: number
  try {
    code = await main(world.argv, world)
  } finally {
    await world.close()
  }
  const lost = world.lost()
  if (!lost) return code
  world.report(notWritten(lost), { json: false })
  return EXIT.failed
}

const notWritten = (error: Error) =>
  new UserError('not-written', `The result could not be written: ${reason(error)}.`, {
    hint: 'Make room, or send stdout elsewhere. What was done stays done.',
    cause: error,
  })

const reason = (error: Error) =>
  'code' in error && error.code === 'ENOSPC' ? 'no space left on the disk' : error.message
