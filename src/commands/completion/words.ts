/** The last command of a line that is being typed, as a shell would split it. */
export interface TypedWords {
  /** Whole words, quotes taken off, the program's name first. */
  readonly words: readonly string[]
  /** What is being typed just now, perhaps nothing. */
  readonly current: string
}

/**
 * Splits a line up to the cursor into words. What stands before a pipe, a semicolon, an ampersand or an opening bracket
 * belongs to other commands and is left out, as are variables set before the program's name. Expands nothing: a `$x`
 * stays as it was typed.
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
