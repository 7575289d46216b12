import { describe, expect, it } from 'vitest'
import { countBar } from './bar.ts'
import { inAscii, plain } from './palette.ts'
import { renderLine } from './render.ts'

const shown = (counts: number[], width: number) =>
  counts.map((value) => renderLine(countBar(counts, width)(value, 'notified')[1], plain))

describe('the bar of a count', () => {
  it('is proportional to the largest count', () => {
    expect(shown([100, 50, 25], 8)).toEqual(['████████', '████', '██'])
  })

  it('has at least one character for a count above 0', () => {
    expect(shown([100_000, 1, 0], 8)).toEqual(['████████', '█', ''])
  })

  it('is at most as long as its count', () => {
    expect(shown([2, 1], 8)).toEqual(['██', '█'])
  })

  it('is empty without room or counts', () => {
    expect(shown([5, 1, 0], 0)).toEqual(['', '', ''])
    expect(shown([0, 0], 8)).toEqual(['', ''])
    expect(shown([], 8)).toEqual([])
  })

  it('shows without colour who is notified, also in ASCII', () => {
    const kinds = (['notified', 'partly', 'not-notified'] as const).map(
      (notified) => countBar([3], 3)(3, notified)[1],
    )
    expect(kinds.map((bar) => renderLine(bar, plain))).toEqual(['███', '▒▒▒', '░░░'])
    expect(kinds.map((bar) => renderLine(bar, inAscii(plain)))).toEqual(['###', '===', '...'])
  })
})
