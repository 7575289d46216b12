import type { Progress } from '../ui/output.ts'
import type { Context } from './context.ts'

/** Works under a progress bar that is gone afterwards, whatever happens. */
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
