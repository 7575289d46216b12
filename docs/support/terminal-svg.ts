import xterm from '@xterm/headless'

/** Text for readers who cannot see the picture. */
export interface Caption {
  readonly title: string
  readonly description: string
}

/** Pixels of one character cell, and of the frame around them. */
const CELL = { width: 8.4, height: 18 } as const
const FRAME = { side: 16, top: 34, bottom: 14 } as const

/** Own window colours, so that the picture looks the same on light and dark pages. */
const WINDOW = { background: '#16191f', border: '#4b5363', text: '#d7dbe2', dim: '#8b93a1' } as const
/** The eight basic colours, each at least 4.5 : 1 against the window. */
const COLOURS = [
  '#8b93a1',
  '#ff7b72',
  '#7ee787',
  '#e3b341',
  '#79b8ff',
  '#d2a8ff',
  '#56d4dd',
  '#d7dbe2',
] as const

/** Characters drawn as boxes, because fonts leave gaps between them; the opacity of each. */
const SHADES: Readonly<Record<string, number>> = { '█': 1, '▒': 0.55, '░': 0.28 }

interface Run {
  readonly text: string
  readonly column: number
  readonly columns: number
  readonly colour: string
  readonly bold: boolean
}

/**
 * The screen of a terminal after `output` as an SVG. A real emulator interprets the escape codes, so a progress bar that
 * was cleared is not in the picture.
 * @param columns width of the terminal that the output was made for
 */
export async function terminalSvg(output: string, columns: number, caption: Caption): Promise<string> {
  const terminal = new xterm.Terminal({ cols: columns, rows: 200, allowProposedApi: true })
  await new Promise<void>((resolve) => terminal.write(output, resolve))
  const lines = Array.from({ length: terminal.buffer.active.length }, (_, y) => runsOf(terminal, y))
  terminal.dispose()
  const rows = lines.findLastIndex((runs) => runs.length > 0) + 1
  const width = Math.ceil(columns * CELL.width + 2 * FRAME.side)
  const height = FRAME.top + rows * CELL.height + FRAME.bottom
  const drawn = lines.slice(0, rows).flatMap((runs, y) => runs.flatMap((run) => draw(run, y)))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d">
<title id="t">${escaped(caption.title)}</title>
<desc id="d">${escaped(caption.description)}</desc>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${WINDOW.background}" stroke="${WINDOW.border}"/>
${[COLOURS[1], COLOURS[3], COLOURS[2]]
  .map((colour, i) => `<circle cx="${18 + i * 16}" cy="17" r="5" fill="${colour}"/>`)
  .join('')}
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" xml:space="preserve">
${drawn.join('\n')}
</g>
</svg>
`
}

/** Visible cells of a line; cells of the same look are joined. */
function runsOf(terminal: xterm.Terminal, y: number): Run[] {
  const line = terminal.buffer.active.getLine(y)
  const runs: Run[] = []
  for (let x = 0; line && x < terminal.cols; x++) {
    const cell = line.getCell(x)
    const text = cell?.getChars() ?? ''
    if (!cell || text === '' || text === ' ') continue
    const colour = cell.isFgPalette() ? (COLOURS[cell.getFgColor() % 8] ?? WINDOW.text) : WINDOW.text
    const look = { colour: cell.isDim() ? WINDOW.dim : colour, bold: cell.isBold() !== 0 }
    const last = runs.at(-1)
    const gap = last ? x - last.column - last.columns : 0
    const isAlike = last?.colour === look.colour && last.bold === look.bold
    const isDrawn = [text, last?.text.at(-1) ?? ''].some((sign) => sign in SHADES)
    // Words with one space between them are one text.
    if (last && isAlike && (isDrawn ? gap === 0 && text === last.text.at(-1) : gap <= 1))
      runs[runs.length - 1] = {
        ...last,
        text: last.text + ' '.repeat(gap) + text,
        columns: last.columns + gap + cell.getWidth(),
      }
    else runs.push({ text, column: x, columns: cell.getWidth(), ...look })
  }
  return runs
}

function draw({ text, column, columns, colour, bold }: Run, row: number): string[] {
  const x = round(FRAME.side + column * CELL.width)
  const top = FRAME.top + row * CELL.height
  const width = round(columns * CELL.width)
  const shade = SHADES[text.at(0) ?? '']
  if (shade !== undefined) {
    const box = `x="${x}" y="${top + 3}" width="${width}" height="${CELL.height - 6}"`
    return [
      `<rect ${box} fill="${colour}" fill-opacity="${shade}"${shade < 1 ? ` stroke="${colour}" stroke-opacity="0.8"` : ''}/>`,
    ]
  }
  // A fixed length keeps columns in any font.
  return [
    `<text x="${x}" y="${top + 13.5}" textLength="${width}" lengthAdjust="spacingAndGlyphs" fill="${colour}"${bold ? ' font-weight="bold"' : ''}>${escaped(text)}</text>`,
  ]
}

const round = (value: number) => Math.round(value * 10) / 10

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
