import { usageError } from '../../errors.ts'
import { formatNumber } from '../../util/format.ts'
import { isRecord } from '../../util/is-record.ts'

/** A session that `sessions --json` listed. */
export interface ListedSession {
  readonly id: string
  readonly userId: string
  readonly offline: boolean
  /** Undefined in the lists of one realm. */
  readonly realm?: string
}

/** What stdin names: users, and single sessions of users. */
export interface Listed {
  readonly names: readonly string[]
  readonly sessions: readonly ListedSession[]
}

/** The head of `sessions --list --csv`, or of columns of it. */
const CSV_HEAD = /^["']?(realm|id)["']?[,;\t].*\buserId\b/

/**
 * Reads user names, one a line, and sessions as `kc-logout sessions --json` prints them: lines of `--list`, a list of
 * them, or the document of `sessions --user`.
 * @throws {UserError} `bad-list` (2): JSON that does not name sessions, for example the error of another command
 */
export async function readListed(lines: AsyncIterable<string>): Promise<Listed> {
  const names: string[] = []
  const sessions: ListedSession[] = []
  /** A document that spans lines. */
  let text = ''
  let first = 0
  let number = 0
  for await (const line of lines) {
    number++
    const trimmed = line.trim() // a byte order mark, too
    if (text !== '') text += `\n${line}`
    else if (/^[{[]/.test(trimmed)) {
      const value = parsed(trimmed)
      if (value === undefined) {
        text = trimmed
        first = number
      } else sessions.push(...sessionsIn(value, number))
    } else if (CSV_HEAD.test(trimmed)) throw badList(number, 'it is CSV, not JSON')
    else if (trimmed !== '') names.push(trimmed)
  }
  if (text !== '') sessions.push(...sessionsIn(parsed(text), first))
  return { names, sessions }
}

/** @param inRealm that of the document around */
function sessionsIn(value: unknown, line: number, inRealm?: unknown): ListedSession[] {
  if (value === undefined) throw badList(line, 'it is not complete JSON')
  if (Array.isArray(value)) return value.flatMap((item) => sessionsIn(item, line, inRealm))
  if (!isRecord(value)) throw badList(line, 'it is not a list of sessions')
  if (isRecord(value.error)) throw badList(line, `it is an error: ${String(value.error.message)}`)
  if (Array.isArray(value.sessions)) return sessionsIn(value.sessions, line, value.realm)
  const { id, userId, offline, realm = inRealm } = value
  if (typeof id !== 'string' || typeof userId !== 'string' || typeof offline !== 'boolean')
    throw badList(line, 'it has no id, userId and offline of a session')
  return [{ id, userId, offline, ...(typeof realm === 'string' ? { realm } : {}) }]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const badList = (line: number, why: string) =>
  usageError(
    'bad-list',
    `Line ${formatNumber(line)} of stdin does not name a session: ${why}.`,
    'Give user names, or the output of `kc-logout sessions --list --json`. Nothing was changed.',
  )
