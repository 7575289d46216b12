import { InvalidArgumentError } from '@commander-js/extra-typings'
import { didYouMean } from '../util/suggest.ts'

// Parsers of option values. Their messages become the hint of the error (src/run.ts).

/** A repeatable option: collects its values. */
export const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value]

/** A repeatable option: collects its values, parsed. */
export const collectEach = <T>(parse: (value: string) => T) =>
  Object.assign((value: string, earlier: readonly T[] = []): readonly T[] => [...earlier, parse(value)], {
    isRepeatable: true,
  })

/** Does a parser collect the values of a repeatable option? */
export const isRepeatable = (parser: unknown): boolean =>
  parser === collect || (typeof parser === 'function' && 'isRepeatable' in parser)

/** A number above 0. */
export function positiveNumber(value: string): number {
  const number = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || number <= 0)
    throw new InvalidArgumentError('Use a number greater than 0.')
  return number
}

/** A number that is 0 or more. */
export function notNegative(value: string): number {
  if (!/^\d+(\.\d+)?$/.test(value)) throw new InvalidArgumentError('Use 0 or a greater number.')
  return Number(value)
}

/** A whole number from 1 to `most`. */
export const wholeNumber =
  (most: number) =>
  (value: string): number => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < 1 || number > most)
      throw new InvalidArgumentError(`Use a whole number from 1 to ${most}.`)
    return number
  }

/** One of the given words. Completion offers `words`. */
export function oneOf<const T extends string>(...words: readonly T[]) {
  const parse = (value: string): T => {
    const word = words.find((known) => known === value)
    const meant = didYouMean(value, words)
    if (!word)
      throw new InvalidArgumentError(
        `Use one of ${words.join(', ')}.${meant ? ` Did you mean ${meant}?` : ''}`,
      )
    return word
  }
  return Object.assign(parse, { words })
}

/** The words that a parser of `oneOf` accepts; undefined for other parsers. */
export const wordsOf = (parser: unknown): readonly string[] | undefined =>
  typeof parser === 'function' && 'words' in parser ? (parser.words as readonly string[]) : undefined

/** A port number; 0 stands for a free one. */
export function portNumber(value: string): number {
  const number = Number(value)
  if (!/^\d{1,5}$/.test(value) || number > 65_535)
    throw new InvalidArgumentError('Use a port from 0 to 65535.')
  return number
}

/** `auto`, or an HTTP status. */
export function statusOrAuto(value: string): 'auto' | number {
  if (value === 'auto') return value
  if (!/^[2-5]\d\d$/.test(value)) throw new InvalidArgumentError('Use auto or a status from 200 to 599.')
  return Number(value)
}
