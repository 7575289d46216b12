import type { Timeline } from './timeline.ts'

/**
 * A report before it is rendered as Markdown or HTML: sections, blocks and text. Text that others wrote (names of clients
 * and users, URLs, a server's messages) is marked as quoted: a renderer shows it literally and never as markup.
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
  /** The number of rows left out. */
  readonly more: number
  /** On a narrow screen each row becomes a block with the heads beside its cells. */
  readonly stacks?: true
}

export interface Cell {
  readonly text: Text
  readonly tone?: Tone
  /** A bar as long as this share (0 to 1) of the cell, by `tone`. */
  readonly share?: number
}

/** Our own words and quoted text of others. */
export type Text = Piece | readonly Piece[]
export type Piece = string | Quoted
export interface Quoted {
  readonly quoted: string
}

export const quoted = (text: string): Quoted => ({ quoted: text })
export const piecesOf = (text: Text): readonly Piece[] =>
  typeof text === 'string' || 'quoted' in text ? [text] : text
