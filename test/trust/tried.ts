declare module 'vitest' {
  interface TaskMeta {
    /** Counts of what a test tried: the figures in docs/reliability.md. */
    tried?: Record<string, number>
  }
}

/** Adds counts of what the current test tried. */
export function tried(
  { task }: { task: { meta: { tried?: Record<string, number> } } },
  figures: Record<string, number>,
): void {
  const sum = { ...task.meta.tried }
  for (const [what, number] of Object.entries(figures)) sum[what] = (sum[what] ?? 0) + number
  task.meta.tried = sum
}
