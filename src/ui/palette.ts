import type { Tone } from './text.ts'

/** Styles safe text. Without colour it returns the text unchanged. */
export type Palette = (text: string, tone: Tone) => string

export const plain: Palette = (text) => text

/** Loads chalk, which only coloured output needs. The 16 basic colours follow the terminal's theme. */
export async function colourful(): Promise<Palette> {
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level: 1 })
  const styles: Record<Tone, (text: string) => string> = {
    plain: (text) => text,
    bold: chalk.bold,
    dim: chalk.dim,
    good: chalk.green,
    warn: chalk.yellow,
    bad: chalk.red,
    accent: chalk.cyan,
  }
  return (text, tone) => styles[tone](text)
}

/** Our own non-ASCII characters, and ASCII characters of the same width. */
const SIGNS: Readonly<Record<string, string>> = {
  '█': '#',
  '▒': '=',
  '░': '.',
  '✗': 'x',
  '×': 'x',
  '…': '~',
  '─': '-',
  '·': '-',
}
/** `·` is ours only between words; inside a word it is a letter (Gal·la). */
const SIGN = /[█▒░✗×…─]|(?<!\p{L})·(?!\p{L})/gu

/** For ASCII terminals: replaces our own characters, not those in text from servers. */
export const inAscii =
  (palette: Palette): Palette =>
  (text, tone) =>
    palette(
      text.replace(SIGN, (sign) => SIGNS[sign] ?? sign),
      tone,
    )
