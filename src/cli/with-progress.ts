import type { Progress } from '../ui/output.ts'
import type { Context } from './context.ts'

/** Runs `work` with a progress bar, which is removed in any case. */
export async function underProgress<T>(
  { print }: Pick<Context, 'print'>,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = print.progress()
  try {
    return await work(progress)
  } finally {
    progress.stop()
  }
}
