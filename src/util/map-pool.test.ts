import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../test/support/clock.ts'
import { mapPool } from './map-pool.ts'

describe('asking about many items', () => {
  it('keeps their order, whoever answers first', async () => {
    const { sleep } = virtualClock()
    const answers = await mapPool([30, 10, 20], 3, async (ms) => {
      await sleep(ms)
      return ms
    })
    expect(answers).toEqual([30, 10, 20])
  })

  it('asks about no more than so many at a time', async () => {
    const { sleep } = virtualClock()
    let under = 0
    let most = 0
    await mapPool(
      Array.from({ length: 20 }, (_, i) => i),
      3,
      async (i) => {
        most = Math.max(most, ++under)
        await sleep(i % 5)
        under--
      },
    )
    expect(most).toBe(3)
  })

  it('begins no further item after the first failure', async () => {
    const { sleep } = virtualClock()
    const begun: number[] = []
    const asking = mapPool([1, 2, 3, 4, 5, 6], 2, async (item) => {
      begun.push(item)
      await sleep(item)
      if (item === 2) throw new Error('no')
    })
    await expect(asking).rejects.toThrow('no')
    await sleep(100)
    expect(begun).toEqual([1, 2, 3])
  })

  it('asks nobody about nothing', async () => {
    expect(await mapPool([], 4, () => Promise.reject(new Error('asked')))).toEqual([])
  })
})
