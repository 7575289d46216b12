import { type UserError, usageError } from '../errors.ts'
import type { Context } from './context.ts'

/** `--reason` and `--ticket` as they were typed. */
export interface NoteOptions {
  readonly reason?: string | undefined
  readonly ticket?: string | undefined
}

/** Why a run is made, as its operator says. */
export interface RunNote {
  readonly reason: string | null
  readonly ticket: string | null
}

/** Characters. A header of some KB is refused by servers and proxies. */
const LONGEST = { reason: 200, ticket: 64 } as const
/** What a comment of the User-Agent may contain as it is (RFC 9110, 5.6.5); `%` marks what was encoded. */
const PLAIN = /^[A-Za-z0-9 ._~:/#@+,=!-]$/

/**
 * Why the run is made. Both stand in its report and in the User-Agent of its requests.
 * @throws {UserError} `bad-note` (2)
 */
export function parseRunNote({ reason, ticket }: NoteOptions): RunNote {
  return { reason: checked('reason', reason), ticket: checked('ticket', ticket) }
}

function checked(name: keyof typeof LONGEST, given: string | undefined): string | null {
  if (given === undefined) return null
  const text = given.trim()
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text))
    throw badNote(name, 'contains a control character or a line break', 'Give one line of plain text.')
  if ([...text].length > LONGEST[name])
    throw badNote(name, `is longer than ${LONGEST[name]} characters`, 'Put the details into the ticket.')
  return text
}

const badNote = (name: string, problem: string, hint: string): UserError =>
  usageError('bad-note', `--${name} ${problem}.`, hint)

/** Lets the requests of the run say why they are sent. To be called before the first one. */
export function announce(note: RunNote, ctx: Pick<Context, 'announce'>): void {
  const comment = commentOf(note)
  if (comment !== undefined) ctx.announce(comment)
}

/** The comment for the User-Agent; undefined without a note. Safe in a header: other characters are percent-encoded. */
export function commentOf({ reason, ticket }: RunNote): string | undefined {
  const parts = [
    ...(ticket === null ? [] : [`ticket ${encoded(ticket)}`]),
    ...(reason === null ? [] : [`reason ${encoded(reason)}`]),
  ]
  return parts.length > 0 ? parts.join('; ') : undefined
}

const encoded = (text: string): string =>
  [...text].map((character) => (PLAIN.test(character) ? character : percentEncoded(character))).join('')

const percentEncoded = (character: string): string =>
  [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
