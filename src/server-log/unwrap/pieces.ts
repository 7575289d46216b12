/** A line, or a piece of one that is too long to be held whole. */
export interface Piece {
  readonly text: string
  /** Does the line begin here? */
  readonly begins: boolean
  /** Does the line end here? */
  readonly ends: boolean
}

const LONGEST_PIECE = 256 * 1024

/** Splits text that comes in chunks into lines, without their line breaks; a line of over 256 KB comes in pieces. */
export class Pieces {
  #open = ''
  #begins = true

  push(chunk: string): Piece[] {
    const pieces: Piece[] = []
    let from = 0
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', from)) {
      pieces.push(this.#ended(chunk.slice(from, at)))
      from = at + 1
    }
    this.#open += chunk.slice(from)
    if (this.#open.length > LONGEST_PIECE) {
      pieces.push({ text: this.#open, begins: this.#begins, ends: false })
      this.#open = ''
      this.#begins = false
    }
    return pieces
  }

  /** The last line, where no line break ended it. */
  end(): Piece[] {
    return this.#open === '' && this.#begins ? [] : [this.#ended('')]
  }

  #ended(rest: string): Piece {
    const text = this.#open + rest
    const piece = {
      text: text.endsWith('\r') ? text.replace(/\r+$/, '') : text,
      begins: this.#begins,
      ends: true,
    }
    this.#open = ''
    this.#begins = true
    return piece
  }
}
