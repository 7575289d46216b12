import type { TaskMeta } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** What the server did, in a few words: a cell of docs/compatibility.md. */
    observed?: string
  }
}

/** For the table of docs/compatibility.md: what was seen, whether expected or not. */
export function note({ meta }: { meta: TaskMeta }, observed: string | number | boolean): void {
  meta.observed = observed === true ? 'yes' : observed === false ? 'no' : String(observed)
}
