import { escapeInvisible } from '../util/escape-invisible.ts'
import type { Palette } from './palette.ts'
import type { Line } from './text.ts'

/** One line as written to a stream: each piece is made safe first, then styled. */
export function renderLine(line: Line, palette: Palette): string {
  const pieces = Array.isArray(line) ? line : [line]
  return pieces
    .map((piece) =>
      typeof piece === 'string'
        ? palette(escapeInvisible(piece), 'plain')
        : palette(escapeInvisible(piece.text), piece.tone),
    )
    .join('')
}

export const renderLines = (lines: readonly Line[], palette: Palette): string =>
  lines.map((line) => `${renderLine(line, palette)}\n`).join('')
