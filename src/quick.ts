import { version } from '../package.json'

/** What this needs of the process. */
type Host = Pick<NodeJS.Process, 'argv' | 'stdout' | 'getBuiltinModule'>

/** Lines of the first page of help are at most so long; on a narrower terminal it is laid out anew. */
const PAGE_COLUMNS = 80

/**
 * Answers `--version` and the first page of help without loading the command line, which takes as long as a third of
 * an empty Node's start (measured). The page was written by the program itself when it was built.
 *
 * @param page the file that holds it; where there is none, nothing is answered
 * @returns whether the command line was answered
 */
export function answerQuickly(host: Host, page: string): boolean {
  const [first, ...more] = host.argv.slice(2)
  if (more.length > 0) return false
  const fs = host.getBuiltinModule('node:fs')
  let text: string
  if (first === '--version' || first === '-V') text = `${version}\n`
  else if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    try {
      const columns = fs.fstatSync(1).isCharacterDevice()
        ? (host.stdout.columns ?? PAGE_COLUMNS)
        : PAGE_COLUMNS
      if (columns < PAGE_COLUMNS) return false
      text = fs.readFileSync(page, 'utf8')
    } catch {
      return false
    }
  } else return false
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length; ) {
    try {
      written += fs.writeSync(1, bytes, written)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      // A reader that has gone wants no more. A pipe may be full for now; what else is wrong, the command line says.
      if (code === 'EPIPE') return true
      if (code !== 'EAGAIN') return false
    }
  }
  return true
}
