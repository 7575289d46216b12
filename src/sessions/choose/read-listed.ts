import { usageError } from '../../errors.ts'
import { formatNumber } from '../../util/format.ts'
import { isRecord } from '../../util/is-record.ts'

/** A session that `sessions --json` listed. */
export interface ListedSession {
  readonly id: string
  readonly userId: string
  readonly offline: boolean
}

/** What stdin names: users, and single sessions of users. */
export interface Listed {
  readonly names: readonly string[]
  readonly sessions: readonly ListedSession[]
}

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
  let number = 0
  for await (const line of lines) {
    number++
    const trimmed = line.trim()
    if (text !== '') text += `\n${line}`
    else if (/^[{[]/.test(trimmed)) {
      const value = parsed(trimmed)
      if (value === undefined) text = line
      else sessions.push(...sessionsIn(value, number))
    } else if (trimmed !== '') names.push(trimmed)
  }
  if (text !== '') sessions.push(...sessionsIn(parsed(text), number))
  return { names, sessions }
}

function sessionsIn(value: unknown, line: number): ListedSession[] {
  if (Array.isArray(value)) return value.flatMap((item) => sessionsIn(item, line))
  if (!isRecord(value)) throw badList(line, 'it is not a list of sessions')
  if (isRecord(value.error)) throw badList(line, `it is an error: ${String(value.error.message)}`)
  if (Array.isArray(value.sessions)) return sessionsIn(value.sessions, line)
  const { id, userId, offline } = value
  if (typeof id !== 'string' || typeof userId !== 'string' || typeof offline !== 'boolean')
    throw badList(line, 'it has no id, userId and offline of a session')
  return [{ id, userId, offline }]
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
