/** Round numbers from 0 to at least `most`, about `ticks` of them or fewer. */
export function roundTicks(most: number, ticks: number): number[] {
  const rough = Math.max(most, 1) / ticks
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude)
  return Array.from({ length: Math.ceil(Math.max(most, 1) / step) + 1 }, (_, index) => index * step)
}

const TIME_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400]

/** Seconds from 0 up to `most`, in usual steps such as 15 s or 5 min. */
export function timeTicks(most: number, ticks: number): number[] {
  const step =
    TIME_STEPS.find((seconds) => most / seconds <= ticks) ?? Math.ceil(most / ticks / 86_400) * 86_400
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => index * step)
}
