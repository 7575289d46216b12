import { shellQuote } from './shell-quote.ts'

/** A value of a shown command, with the word that stands in for one that cannot be pasted (`CLIENT`). */
export interface ShownValue {
  readonly value: string | undefined
  readonly orElse: string
}

/** `undefined` and an empty list add nothing. Several values are quoted one by one. */
export type ShownWord = string | ShownValue | undefined | readonly (string | ShownValue)[]

/**
 * A kc-logout command to show to a user: kcLogout`user ${username} -r ${realm}`. The only place that builds such a
 * command. Each value is quoted for a POSIX shell, so that the command can be pasted whatever a name contains. A value
 * that no command line should contain (`shellQuote`) is shown as its `orElse`, or as `…`.
 *
 * Placeholders such as `<url>` belong to the text of the template.
 */
export function kcLogout(text: TemplateStringsArray, ...words: readonly ShownWord[]): string {
  const parts = text.flatMap((part, index) => {
    const value = shown(words[index])
    // A value that adds nothing also removes the space before it.
    return value === '' && index < words.length ? [part.replace(/ $/, '')] : [part, value]
  })
  return `kc-logout ${parts.join('')}`
}

function shown(word: ShownWord): string {
  if (word === undefined) return ''
  if (typeof word === 'string') return shellQuote(word) ?? '…'
  if (isList(word)) return word.map(shown).join(' ')
  return (word.value === undefined ? undefined : shellQuote(word.value)) ?? word.orElse
}

const isList = (
  word: ShownValue | readonly (string | ShownValue)[],
): word is readonly (string | ShownValue)[] => Array.isArray(word)
