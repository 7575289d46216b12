import { CONTINUATION } from '../markers.ts'
import { textHead } from '../record.ts'

/** A line break as collectors write it into one line: `\n`, `\\n`, `\r\n`, rsyslog's `#012`, U+2028. */
const BREAK = /\\{1,2}r\\{1,2}n|\\{1,2}n|#015#012|#012|\\u000a|\u2028/i

/** A head stands at the beginning of a line, behind at most this much. */
const LONGEST_PREFIX = 60

export const hasEscapedBreak = (line: string): boolean =>
  (line.includes('\\') || line.includes('#0') || line.includes('\u2028')) && BREAK.test(line)

/** Does this line hold several entries, with line breaks that are escaped? */
export const holdsEntries = (line: string): boolean =>
  hasEscapedBreak(line) &&
  line
    .split(BREAK)
    .slice(1)
    .some((part) => isHead(part))

/**
 * Splits a line at its escaped line breaks. What follows one is a line of its own only where it is part of a stack trace
 * or, with `entries`, begins an entry outside of quotation marks: the values of an event hold what strangers sent.
 */
export function splitEscaped(line: string, entries: boolean): string[] {
  if (!hasEscapedBreak(line)) return [line]
  const lines: string[] = []
  let rest = line
  let current = ''
  for (let match = BREAK.exec(rest); match; match = BREAK.exec(rest)) {
    current += rest.slice(0, match.index)
    rest = rest.slice(match.index + match[0].length)
    if (CONTINUATION.test(rest) || (entries && isHead(rest) && !isInsideQuotes(current))) {
      lines.push(unescapedTabs(current))
      current = ''
    } else current += match[0]
  }
  return [...lines, unescapedTabs(current + rest)]
}

const isHead = (text: string): boolean => {
  const start = textHead(text.slice(0, 1000))?.start
  return start !== undefined && start <= LONGEST_PREFIX
}

/** Quotation marks matter only in events, whose values strangers choose. */
const isInsideQuotes = (text: string): boolean =>
  /\btype="/.test(text) && (text.replaceAll('\\"', '').split('"').length - 1) % 2 === 1

const unescapedTabs = (line: string) => line.replace(/^(?:\\t|#011)+/, '\t')
