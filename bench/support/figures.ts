/** The middle one; with an even number of them the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  if (low === undefined || high === undefined) throw new Error('a median of nothing')
  return (low + high) / 2
}

/** `12.3 (11.9 to 13.0)`: the median and how far the runs lay apart. */
export const spread = (values: readonly number[], show: (value: number) => string): string =>
  values.length === 1
    ? show(median(values))
    : `${show(median(values))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`

export const ms = (seconds: number): string => `${(seconds * 1000).toFixed(seconds < 0.01 ? 2 : 0)} ms`
export const seconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} s`
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`
export const times = (ratio: number): string => `${ratio.toFixed(2)} ×`
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
export const perSecond = (rate: number): string => `${rate.toFixed(rate < 100 ? 1 : 0)}/s`
export const count = (value: number): string => value.toLocaleString('en-US')
