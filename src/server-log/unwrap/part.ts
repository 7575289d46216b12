import { type LogRecord, textHead } from '../record.ts'

/** One line of a log without its wrapping: the first line of an entry, or one that belongs to the entry before it. */
export type Part =
  | { readonly source: string; readonly head: LogRecord }
  | { readonly source: string; readonly more: string }

/** The parts of a text that holds one line or several. */
export const partsOf = (text: string, source: string): Part[] =>
  text.includes('\n') ? text.split(/\r*\n/).map((line) => partOf(line, source)) : [partOf(text, source)]

const partOf = (line: string, source: string): Part => {
  const head = textHead(line)?.record
  return head ? { source, head } : { source, more: line }
}

/** Stands for an entry that is not Keycloak's and was not looked at. */
export const OTHER: Part = {
  source: '',
  head: {
    time: undefined,
    level: '',
    logger: '',
    thread: '',
    message: '',
    exceptions: [],
    wrapped: [],
    inLogout: false,
    line: '',
  },
}
