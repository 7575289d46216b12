/** The last command of an incomplete line, split like a shell does. */
export interface TypedWords {
  /** Complete words without quotes, starting with the program name. */
  readonly words: readonly string[]
  /** The word at the cursor; may be empty. */
  readonly current: string
}

/**
 * Splits a line up to the cursor into words. Leaves out commands before a pipe, a semicolon, an ampersand or an opening
 * bracket, and variables before the program name. Expands nothing: `$x` stays `$x`.
 */
export function typedWords(line: string): TypedWords {
  let words: string[] = []
  let current = ''
  let begun = false
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at)
    if (char === '\\') {
      current += line.charAt(++at)
      begun = true
    } else if (char === "'" || char === '"') {
      begun = true
      for (at++; at < line.length && line[at] !== char; at++) {
        if (char === '"' && line[at] === '\\') at++
        current += line.charAt(at)
      }
    } else if (/\s/.test(char)) {
      if (begun) words.push(current)
      current = ''
      begun = false
    } else if (/[|;&(]/.test(char)) {
      words = []
      current = ''
      begun = false
    } else {
      current += char
      begun = true
    }
  }
  while (words[0] !== undefined && /^\w+=/.test(words[0])) words.shift()
  return { words, current }
}
