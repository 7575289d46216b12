import { MAX_TOKEN_LENGTH } from '../../token/decode.ts'
import { type Finding, findTokens } from '../../token/find.ts'
import type { FoundToken } from '../../token/found.ts'

/** So many lines that each are a whole token make a list of tokens, and the rest is read as one. */
const LINES_TO_BE_A_LIST = 3
const TOKEN_LINE = /^\s*(?:Bearer\s+)?["']?(e[wy][\w-]+\.[\w-]+\.[\w-]+)["']?[,;]?\s*$/i

/**
 * Finds tokens in text that arrives line by line, however much of it there is. Text that holds one token a line is
 * read as a stream, in constant memory; anything else is collected up to a megabyte and searched as one text.
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
      // Too long to be looked at, and yet a line of a list: it is reported as what it is.
      if (line.length > MAX_TOKEN_LENGTH) yield { form: 'token', text: line, line: number }
      else yield* inLine(line, number)
      continue
    }
    collected.push(line)
    length += line.length + 1
    if (line.length <= MAX_TOKEN_LENGTH && TOKEN_LINE.test(line)) whole++
    else if (line.trim() !== '') whole = Number.NEGATIVE_INFINITY
    if (whole < LINES_TO_BE_A_LIST && length <= MAX_TOKEN_LENGTH) continue
    // Either it is a list, or too long to be one token: then only its lines can make sense by themselves.
    const found = collected.map((each, index) => [...inLine(each, index + 1)])
    if (whole < LINES_TO_BE_A_LIST && found.every((each) => each.length === 0)) throw new TooLarge()
    for (const each of found) yield* each
    collected = undefined
  }
  if (!collected) return
  yield* complete(findTokens(collected.join('\n')))
}

/** More text than a single token can be, and no line of it holds one. */
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
