declare module 'vitest' {
  interface TaskMeta {
    /** How much a test tried, by what it tried: figures of docs/reliability.md. */
    tried?: Record<string, number>
  }
}

/** Notes what the test that runs has tried; what was noted before is added to. */
export function tried(
  { task }: { task: { meta: { tried?: Record<string, number> } } },
  figures: Record<string, number>,
): void {
  const sum = { ...task.meta.tried }
  for (const [what, number] of Object.entries(figures)) sum[what] = (sum[what] ?? 0) + number
  task.meta.tried = sum
}
