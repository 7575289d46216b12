import { escapeInvisible } from './escape-invisible.ts'

/** What a spreadsheet takes for the beginning of a formula, full-width forms included. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/**
 * A line of CSV (RFC 4180), with its line break (CR LF). A cell that a spreadsheet would execute as a formula gets a `'` in
 * front, which makes it text; characters that are not seen, line breaks included, are written as `\uXXXX`.
 */
export const csvLine = (cells: readonly string[]): string => `${cells.map(cellOf).join(',')}\r\n`

function cellOf(text: string): string {
  const shown = escapeInvisible(FORMULA.test(text) ? `'${text}` : text)
  return /[",]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}
