import type { StandardStreams } from '../runtime/streams.ts'

/** What a context is made of: the parts of a process that it needs. */
export interface ProcessHost {
  readonly env: NodeJS.ProcessEnv
  readonly streams: StandardStreams
  /** Aborted by the first signal that ends the process. */
  readonly signal: AbortSignal
  readonly pid: number
  /** Does a process of this number run? One of somebody else's does, too. */
  isAlive(pid: number): boolean
  /** Remembers what has to be ended before the process can end. */
  onClose(end: () => void): void
}
