import { EXIT, UserError } from './errors.ts'
import { openProcess } from './process.ts'
import { main, reportCrash } from './run.ts'
import { errnoCode } from './util/errno.ts'

/**
 * Runs the command line of this process. Resolves to its exit code when all output is written. `docs` is the folder of
 * the documentation; an executable has man pages instead.
 */
export async function run(docs?: string): Promise<number> {
  const host = openProcess(docs)
  host.onCrash((error) => reportCrash(error, host))
  let code: number
  try {
    code = await main(host.argv, host)
  } finally {
    await host.close()
  }
  const lost = host.lost()
  if (!lost) return code
  host.report(notWritten(lost), { json: false })
  return EXIT.failed
}

const notWritten = (error: Error) =>
  new UserError('not-written', `The result could not be written: ${reason(error)}.`, {
    hint: 'Free some space, or send stdout elsewhere. Completed operations are not undone.',
    cause: error,
  })

const reason = (error: Error) => (errnoCode(error) === 'ENOSPC' ? 'no space left on the disk' : error.message)
