/** The most similar candidate; undefined if none is similar enough. Ignores case and punctuation. */
export function didYouMean(typed: string, candidates: readonly string[]): string | undefined {
  const plain = bare(typed)
  if (plain.length < 2) return undefined
  const [best] = candidates
    .map((candidate) => ({ candidate, far: distance(plain, bare(candidate)) }))
    .sort((a, b) => a.far - b.far)
  if (best && best.far <= Math.max(1, plain.length / 3)) return best.candidate
  return candidates.find((candidate) => bare(candidate).includes(plain) || plain.includes(bare(candidate)))
}

const LONGEST = 60
const bare = (text: string) =>
  text
    .slice(0, LONGEST)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')

/** Levenshtein distance: letters to insert, delete or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries())
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (char === other ? 0 : 1)))
    row = next
  }
  return row.at(-1) ?? 0
}
