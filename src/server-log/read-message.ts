import type { LogRecord } from './record.ts'

/**
 * Matches an entry's message; where it has none of it, the message with the lines after it too, as a mail or a window
 * may have wrapped it: at a space, or in the middle of a word.
 */
export function matchMessage(pattern: RegExp, { message, wrapped }: LogRecord): RegExpExecArray | undefined {
  const found = pattern.exec(message)
  if (found || wrapped.length === 0) return found ?? undefined
  return (
    pattern.exec([message, ...wrapped].join(' ')) ?? pattern.exec([message, ...wrapped].join('')) ?? undefined
  )
}
