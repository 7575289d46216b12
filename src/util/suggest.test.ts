import { expect, it } from 'vitest'
import { didYouMean } from './suggest.ts'

const NAMES = ['shop', 'shop-mobile', 'iot']
const table: readonly (readonly [typed: string, meant: string | undefined])[] = [
  ['shpo', undefined],
  ['shopp', 'shop'],
  ['Shop', 'shop'],
  ['shop_mobile', 'shop-mobile'],
  ['mobile', 'shop-mobile'],
  ['billing', undefined],
  ['x', undefined],
  ['', undefined],
]
it.each(table)('didYouMean(%j) is %j', (typed, meant) => {
  expect(didYouMean(typed, NAMES)).toBe(meant)
})
