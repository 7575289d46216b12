import type { Timeline } from './timeline.ts'

/**
 * A report before it is Markdown or HTML: sections of blocks, and in them text. What others wrote (names of clients and
 * people, addresses, what a server said) is marked as quoted, so that a renderer shows it as it is and lets none of it
 * act as markup.
 */
export interface Page {
  readonly title: string
  /** As Keycloak spells it. */
  readonly realm: string
  readonly verdict: { readonly tone: Tone; readonly headline: Text; readonly notes: readonly Text[] }
  readonly sections: readonly Section[]
  readonly footer: Text
}

export type Tone = 'good' | 'unsure' | 'bad' | 'plain'

export interface Section {
  readonly title: string
  readonly blocks: readonly Block[]
}

export type Block =
  | { readonly kind: 'text'; readonly text: Text }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, value: Text])[] }
  | Table
  | { readonly kind: 'timeline'; readonly timeline: Timeline }

export interface Table {
  readonly kind: 'table'
  readonly heads: readonly { readonly text: Text; readonly align?: 'right' }[]
  readonly rows: readonly (readonly Cell[])[]
  /** Rows that were left out. */
  readonly more: number
}

export interface Cell {
  readonly text: Text
  readonly tone?: Tone
  /** A bar as long as this share (0 to 1) of the cell, by `tone`. */
  readonly share?: number
}

/** Of our own words, and of others'. */
export type Text = Piece | readonly Piece[]
export type Piece = string | Quoted
export interface Quoted {
  readonly quoted: string
}

export const quoted = (text: string): Quoted => ({ quoted: text })
export const piecesOf = (text: Text): readonly Piece[] =>
  typeof text === 'string' || 'quoted' in text ? [text] : text
