import type { TaskMeta } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** What the server did, for a cell of docs/compatibility.md. */
    observed?: string
  }
}

/** Records an observation for the table of docs/compatibility.md, whether expected or not. */
export function note({ meta }: { meta: TaskMeta }, observed: string | number | boolean): void {
  meta.observed = observed === true ? 'yes' : observed === false ? 'no' : String(observed)
}
