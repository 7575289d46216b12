import type { StandardStreams } from '../runtime/streams.ts'

/** The facts of this process that a command may need: its environment and which processes are alive. */
export interface HostFacts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pid: number
  /** Is the process with this id alive, whichever user owns it? */
  isAlive(pid: number): boolean
}

/** The parts of the process that a context is made of. */
export interface ProcessHost extends HostFacts {
  readonly streams: StandardStreams
  /** Aborted by the first signal that ends the process. */
  readonly signal: AbortSignal
  /** Registers what has to be closed before the process can end. */
  onClose(close: () => void | Promise<void>): void
}
