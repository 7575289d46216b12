import { MAX_TOKEN_LENGTH } from '../../token/decode.ts'
import { findTokens, opaqueTokensIn } from '../../token/find.ts'
import type { FoundToken } from '../../token/found.ts'

/** Input that begins with this many lines of one token each is a list of tokens. */
const LINES_TO_BE_A_LIST = 3
const TOKEN_LINE = /^\s*(?:Bearer\s+)?["']?(e[wy][\w-]+\.[\w-]+\.[\w-]+)["']?[,;]?\s*$/i

/** Parts of a line that is too long to be searched at once overlap by this much: longer tokens may be missed. */
const OVERLAP = 64 * 1024

/**
 * Finds tokens in text of any length that arrives line by line. Searches text up to a megabyte as a whole. Reads longer
 * text, and a list with one token per line, to its end as a stream: then each line is searched by itself.
 *
 * @throws {NoTokenInLines} if text longer than a megabyte contains no token
 */
export async function* findInLines(
  lines: AsyncIterable<string> | Iterable<string>,
  { opaque = false }: { readonly opaque?: boolean } = {},
): AsyncGenerator<FoundToken> {
  let collected: string[] | undefined = []
  let isList = false
  let whole = 0
  let found = 0
  let characters = 0
  let number = 0
  for await (const line of lines) {
    number++
    characters += line.length + 1
    if (!collected) {
      for (const each of isList ? inListLine(line, number) : inLine(line, number)) {
        found++
        yield each
      }
      continue
    }
    collected.push(line)
    if (line.length <= MAX_TOKEN_LENGTH && TOKEN_LINE.test(line)) whole++
    else if (line.trim() !== '') whole = Number.NEGATIVE_INFINITY
    isList = whole >= LINES_TO_BE_A_LIST
    if (!isList && characters <= MAX_TOKEN_LENGTH) continue
    for (const [index, each] of collected.entries())
      for (const token of inLine(each, index + 1)) {
        found++
        yield token
      }
    collected = undefined
  }
  if (collected) yield* inText(collected.join('\n'), opaque)
  else if (found === 0) throw new NoTokenInLines(number, characters)
}

function* inText(text: string, opaque: boolean): Generator<FoundToken> {
  const { found } = findTokens(text)
  yield* found
  const [word] = opaque && found.length === 0 ? opaqueTokensIn(text) : []
  if (word !== undefined) yield { form: 'opaque', text: word }
}

/** Text longer than a megabyte was read to its end, and none of its lines contains a token. */
export class NoTokenInLines extends Error {
  override readonly name = 'NoTokenInLines'

  constructor(
    readonly lines: number,
    readonly characters: number,
  ) {
    super(`no token in ${lines} lines`)
  }
}

/** A line that is too long to be a token is reported as one line of the list. */
function* inListLine(line: string, number: number): Generator<FoundToken> {
  if (line.length > MAX_TOKEN_LENGTH) yield { form: 'token', text: line, line: number }
  else yield* inLine(line, number)
}

function* inLine(line: string, number: number): Generator<FoundToken> {
  if (line.length > MAX_TOKEN_LENGTH) {
    yield* inLongLine(line, number)
    return
  }
  const token = TOKEN_LINE.exec(line)?.[1]
  if (token !== undefined) yield { form: 'token', text: token, line: number }
  else if (line.trim() !== '') for (const each of findTokens(line).found) yield { ...each, line: number }
}

/** Searches a long line in parts. A token at the end of a part is found whole in the next one. */
function* inLongLine(line: string, number: number): Generator<FoundToken> {
  const seen = new Set<string>()
  for (let start = 0; start < line.length; start += MAX_TOKEN_LENGTH - OVERLAP) {
    const part = line.slice(start, start + MAX_TOKEN_LENGTH)
    const isLast = start + MAX_TOKEN_LENGTH >= line.length
    for (const each of findTokens(part).found) {
      const isCut = !isLast && part.endsWith(each.text)
      if (isCut || seen.has(each.text)) continue
      seen.add(each.text)
      yield { ...each, line: number }
    }
    if (isLast) return
  }
}
