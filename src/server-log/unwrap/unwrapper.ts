import { FAILURE, FRAME } from '../markers.ts'
import { isOfOthers, textHead } from '../record.ts'
import { CsvRows } from './csv-rows.ts'
import { hasEscapedBreak, holdsEntries, splitEscaped } from './escaped-breaks.ts'
import { JsonElements } from './json-elements.ts'
import { JsonEntries, parsed } from './json-entries.ts'
import { OTHER, type Part, partsOf } from './part.ts'
import { PartialTexts } from './partial-texts.ts'
import type { Piece } from './pieces.ts'
import { unquoted } from './quoted.ts'

/** Parts that came together: one entry with its stack trace, or one line. */
export type Group = readonly Part[]

/** `2026-11-28T14:14:47.217735442Z stdout F `: each line of a container's log on a Kubernetes node. */
const CRI =
  /^((?:\[[^\]]*\] |[\w.-]+ +\| )?)\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([PF]) (.*)$/
/** `[pod/keycloak-0/keycloak] `, `keycloak-1  | `, `Nov 28 14:14:47 idp01 kc.sh[812]: ` */
const NODE =
  /^(?:\[[\w.-]+(?:\/[\w.-]+)+\] |[\w.-]+ +\| |(?:<\d+>)?(?:\w{3} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.+Z-]+) [\w.-]+ [\w./-]+(?:\[\d+\])?: )/
/** What `kubectl logs --timestamps` puts before a line. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (?=\S|\t)/
const TIME = /\d{4}-\d\d-\d\dT[\d:.+Z-]+|\w{3} [ \d]\d \d\d:\d\d:\d\d/
const JSON_LINE = /^[\s\u001e]*(?:\{\s*(?:"|$)|\[\s*(?:[[{"]|$))/
/** An entry as Keycloak or Docker begins it. */
const CUT_JSON = /\{"(?:timestamp|@timestamp|log)"\s*:/
const LONGEST_PREFIX = 200
const LONGEST_LINE = 16 * 1024

/**
 * Takes the wrapping of collectors and log stores off a server log: JSON by line, by document or in lists, CSV, prefixes
 * of containers and of syslog, lines cut by a container runtime, escaped line breaks and quoted text. Memory does not
 * grow with the log. What holds a failed logout and cannot be read is counted.
 */
export class Unwrapper {
  readonly #entries = new JsonEntries()
  readonly #partial = new PartialTexts()
  #json: JsonElements | undefined
  /** Undefined before the first line. */
  #csv: CsvRows | 'none' | undefined
  /** Do lines hold several entries, with escaped line breaks between them? Undefined before the first entry. */
  #holdEntries: boolean | undefined
  /** The end of a long line that may go on. */
  #tail = ''
  #groups: Group[] = []
  #cut = 0
  #foreign = 0

  /** Lines with an entry of Keycloak's whose JSON is cut off. */
  get cut(): number {
    return this.#cut
  }

  /** Lines with a failed logout in a format that is not known here. */
  get foreign(): number {
    return this.#foreign
  }

  push(piece: Piece): readonly Group[] {
    this.#groups = []
    if (this.#json) this.#intoJson(piece)
    else if (piece.begins) this.#line(piece)
    else this.#longLine(piece)
    return this.#groups
  }

  /** At the end of the log: what was still open has no end. */
  end(): readonly Group[] {
    this.#groups = []
    if (this.#json) this.#countCut(this.#json.held)
    if (this.#csv instanceof CsvRows && this.#csv.held !== '')
      this.#text(this.#csv.held.split('\n').join(' '))
    if (this.#tail !== '') this.#text(this.#tail)
    this.#json = undefined
    this.#tail = ''
    return this.#groups
  }

  #line(piece: Piece): void {
    const { text, ends } = piece
    // Most lines of a log are frames of stack traces.
    if (text.startsWith('\tat ') && ends) this.#give([{ source: '', more: text }])
    else if (this.#csv !== 'none' && this.#ofTable(text)) return
    else if (ends && this.#holdEntries === false && isOfOthers(text) && !hasEscapedBreak(text))
      this.#give([OTHER])
    else if (JSON_LINE.test(text)) this.#startJson(piece)
    else if (ends) this.#text(text)
    else this.#longLine(piece)
  }

  #ofTable(line: string): boolean {
    if (this.#csv === undefined) {
      if (line.trim() === '') return false
      this.#csv = JSON_LINE.test(line) || textHead(line) ? 'none' : (CsvRows.from(line) ?? 'none')
      return this.#csv !== 'none'
    }
    if (!(this.#csv instanceof CsvRows)) return false
    const row = this.#csv.push(line)
    if (row === 'open') return true
    if (row === 'broken') return false
    const parts = this.#entries.parts(row)
    if (parts.length > 0) this.#give(parts)
    else this.#countForeign(line)
    return true
  }

  #startJson(piece: Piece): void {
    const line = piece.text.trim()
    if (piece.ends && line.endsWith('}') && this.#wholeJson(line.replace(/^\u001e/, ''))) return
    this.#json = new JsonElements((raw) => this.#isEntry(raw))
    this.#intoJson({ ...piece, text: piece.text.replace(/^[\s\u001e]+/, '') })
  }

  #wholeJson(line: string): boolean {
    if (this.#entries.isStructured && !line.includes('org.keycloak')) {
      this.#give([OTHER])
      return true
    }
    const value = parsed(line)
    if (value === undefined) return false
    const parts = this.#entries.parts(value)
    if (parts.length > 0) this.#give(parts)
    else this.#countForeign(line)
    return true
  }

  #isEntry(raw: string): boolean {
    const value = parsed(raw)
    const parts = value === undefined ? [] : this.#entries.parts(value)
    if (parts.length > 0) this.#give(parts)
    return parts.length > 0
  }

  #intoJson(piece: Piece): void {
    const json = this.#json
    if (!json) return
    const { state, rest } = json.push(piece.text, piece)
    if (state === 'open') return
    this.#json = undefined
    if (state === 'broken') this.#broken(json.held, rest)
    else if (/[^\s,\]]/.test(rest))
      this.#line({ text: rest.replace(/^[\s,]+/, ''), begins: true, ends: piece.ends })
  }

  /** What began as JSON is none: a line that was cut off, or a text that only looks like it. */
  #broken(held: string, rest: string): void {
    if (textHead(held)) this.#text(held)
    else this.#countCut(held)
    if (rest !== '') this.#line({ text: rest, begins: true, ends: true })
  }

  #text(raw: string): void {
    const text =
      raw.length > LONGEST_LINE && !raw.includes('{"') && !this.#holdEntries
        ? raw.slice(0, LONGEST_LINE)
        : raw
    const cri = / std(?:out|err) /.test(text) ? CRI.exec(text) : null
    if (cri) {
      const [, node = '', stream = '', flag, rest = ''] = cri
      const whole = this.#partial.join(node + stream, rest, flag === 'P')
      if (whole !== undefined) this.#plain(whole, node)
      return
    }
    const node = NODE.exec(text)?.[0] ?? ''
    this.#plain(text.slice(node.length), node.replace(TIME, ''))
  }

  #plain(line: string, source: string): void {
    const found = textHead(line)
    const text = found ? line : line.replace(TIMESTAMP, '')
    if (!found && this.#prefixedJson(text, source)) return
    if (found && this.#holdEntries === undefined) this.#holdEntries = holdsEntries(text)
    const mark = found && text[found.start - 1]
    if (found && mark !== '"' && mark !== "'" && !hasEscapedBreak(text)) {
      this.#give([{ source, head: found.record }])
      return
    }
    const whole = mark === '"' || mark === "'" ? unquoted(text.slice(found?.start), mark) : text
    const lines = splitEscaped(whole, this.#holdEntries ?? false)
    const parts = lines.flatMap((line) => partsOf(line, source))
    this.#give(parts)
    for (const part of parts) if ('more' in part && !FRAME.test(part.more)) this.#countForeign(part.more)
  }

  /** JSON behind a prefix of the collector's: `keycloak-1  | {"timestamp":…}`. */
  #prefixedJson(text: string, source: string): boolean {
    const start = text.indexOf('{"')
    if (start < 0 || start > LONGEST_PREFIX) return false
    if (text.trimEnd().endsWith('}')) {
      const value = parsed(text.slice(start))
      const parts = value === undefined ? [] : this.#entries.parts(value)
      if (parts.length > 0) {
        this.#give(parts.map((part) => ({ ...part, source: source + part.source })))
        return true
      }
    }
    return this.#countCut(text)
  }

  /** A line of text that is too long to be held: its entries, where it holds several, else its beginning. */
  #longLine(piece: Piece): void {
    if (piece.begins && this.#holdEntries === undefined && textHead(piece.text.slice(0, LONGEST_LINE)))
      this.#holdEntries = holdsEntries(piece.text)
    if (!this.#holdEntries) {
      if (piece.begins) this.#text(piece.text)
      return
    }
    const lines = splitEscaped(this.#tail + piece.text, true)
    this.#tail = piece.ends ? '' : (lines.pop() ?? '').slice(-LONGEST_LINE)
    for (const line of lines) this.#text(line)
  }

  #countCut(text: string): boolean {
    const isCut = CUT_JSON.test(text) && text.includes('org.keycloak')
    if (isCut) this.#cut++
    else this.#countForeign(text)
    return isCut
  }

  #countForeign(text: string): void {
    if (FAILURE.test(text)) this.#foreign++
  }

  #give(parts: Group): void {
    if (parts.length > 0) this.#groups.push(parts)
  }
}
