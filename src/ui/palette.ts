import type { Tone } from './text.ts'

/** Styles safe text; without colour it is returned as it is. */
export type Palette = (text: string, tone: Tone) => string

export const plain: Palette = (text) => text

/** Loads chalk, which only a stream with colour needs. The 16 basic colours follow the terminal's own theme. */
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

/** The signs that the program itself draws with, and the letters of the same width that stand for them in ASCII. */
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
/** The dot is ours between words only: inside of one it is a letter (Gal·la). */
const SIGN = /[█▒░✗×…─]|(?<!\p{L})·(?!\p{L})/gu

/** For terminals that show no more than ASCII. What servers say stays as it is. */
export const inAscii =
  (palette: Palette): Palette =>
  (text, tone) =>
    palette(
      text.replace(SIGN, (sign) => SIGNS[sign] ?? sign),
      tone,
    )
