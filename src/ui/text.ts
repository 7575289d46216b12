/**
 * The style of a piece of text. A view returns lines of pieces without colour codes; the printer makes each piece safe to
 * show and then styles it, so that no view can forget it.
 */
export type Tone = 'plain' | 'bold' | 'dim' | 'good' | 'warn' | 'bad' | 'accent'
export interface Styled {
  readonly text: string
  readonly tone: Tone
}
export type Piece = string | Styled
/** One line of output, without its line break. A line break inside a piece is shown as an escape. */
export type Line = Piece | readonly Piece[]
export interface Screen {
  /** Columns that a line may take. */
  readonly columns: number
}
/** Turns a value into lines. Pure: no clock, no colour codes, no I/O. */
export type View<T> = (value: T, screen: Screen) => Line[]

const styled =
  (tone: Tone) =>
  (text: string): Styled => ({ text, tone })
export const bold = styled('bold')
export const dim = styled('dim')
export const good = styled('good')
export const warn = styled('warn')
export const bad = styled('bad')
export const accent = styled('accent')
