import { InvalidArgumentError } from 'commander'
import { didYouMean } from '../util/suggest.ts'

/** A repeatable option: collects its values. */
export const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value]

/** A number above 0. */
export function positiveNumber(value: string): number {
  const number = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || number <= 0)
    throw new InvalidArgumentError('It takes a number above 0.')
  return number
}

/** A number, 0 included. */
export function notNegative(value: string): number {
  if (!/^\d+(\.\d+)?$/.test(value)) throw new InvalidArgumentError('It takes a number, 0 or more.')
  return Number(value)
}

/** A whole number above 0 and up to `most`. */
export const wholeNumber =
  (most: number) =>
  (value: string): number => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < 1 || number > most)
      throw new InvalidArgumentError(`It takes a whole number from 1 to ${most}.`)
    return number
  }

/** One of a few words. */
export const oneOf =
  <T extends string>(...words: readonly T[]) =>
  (value: string): T => {
    const word = words.find((known) => known === value)
    const meant = didYouMean(value, words)
    if (!word)
      throw new InvalidArgumentError(`It takes ${words.join(', ')}.${meant ? ` Did you mean ${meant}?` : ''}`)
    return word
  }

/** A port; 0 takes a free one. */
export function portNumber(value: string): number {
  const number = Number(value)
  if (!/^\d{1,5}$/.test(value) || number > 65_535)
    throw new InvalidArgumentError('It takes a port, 0 to 65535.')
  return number
}

/** `auto`, or an HTTP status. */
export function statusOrAuto(value: string): 'auto' | number {
  if (value === 'auto') return value
  if (!/^[2-5]\d\d$/.test(value))
    throw new InvalidArgumentError('It takes auto, or a status from 200 to 599.')
  return Number(value)
}
