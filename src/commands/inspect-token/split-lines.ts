import { MAX_TOKEN_LENGTH } from '../../token/decode.ts'
import { type Finding, findTokens } from '../../token/find.ts'
import type { FoundToken } from '../../token/found.ts'

/** Input that begins with this many lines of one token each is a list of tokens. */
const LINES_TO_BE_A_LIST = 3
const TOKEN_LINE = /^\s*(?:Bearer\s+)?["']?(e[wy][\w-]+\.[\w-]+\.[\w-]+)["']?[,;]?\s*$/i

/**
 * Finds tokens in text of any length that arrives line by line. Reads a list with one token per line as a stream, in
 * constant memory. Collects other text up to a megabyte and searches it as a whole.
 */
export async function* findInLines(
  lines: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<FoundToken> {
  let collected: string[] | undefined = []
  let length = 0
  let whole = 0
  let number = 0
  for await (const line of lines) {
    number++
    if (!collected) {
      // Too long to be read, but a line of a list: report it.
      if (line.length > MAX_TOKEN_LENGTH) yield { form: 'token', text: line, line: number }
      else yield* inLine(line, number)
      continue
    }
    collected.push(line)
    length += line.length + 1
    if (line.length <= MAX_TOKEN_LENGTH && TOKEN_LINE.test(line)) whole++
    else if (line.trim() !== '') whole = Number.NEGATIVE_INFINITY
    if (whole < LINES_TO_BE_A_LIST && length <= MAX_TOKEN_LENGTH) continue
    // A list, or too long to be searched as a whole: search each line.
    const found = collected.map((each, index) => [...inLine(each, index + 1)])
    if (whole < LINES_TO_BE_A_LIST && found.every((each) => each.length === 0)) throw new TooLarge()
    for (const each of found) yield* each
    collected = undefined
  }
  if (!collected) return
  yield* complete(findTokens(collected.join('\n')))
}

/** The text is longer than a token can be, and none of its lines contains one. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

function* inLine(line: string, number: number): Generator<FoundToken> {
  const token = TOKEN_LINE.exec(line.length > MAX_TOKEN_LENGTH ? '' : line)?.[1]
  if (token !== undefined) yield { form: 'token', text: token, line: number }
  else if (line.trim() !== '') for (const found of findTokens(line).found) yield { ...found, line: number }
}

function complete({ found, problem }: Finding): readonly FoundToken[] {
  if (problem) throw new TooLarge()
  return found
}
