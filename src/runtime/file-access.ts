/** Files and stdin as commands read and write them. */
export interface Files {
  /** Reads a text file; `-` is stdin. Throws a usage error (exit 2) if it is not readable or too large. */
  read(path: string, options?: { maxBytes?: number }): Promise<string>
  /** The lines of a file or of stdin (`-`) as they arrive, without line breaks. */
  lines(path: string): AsyncIterable<string>
  /**
   * The text of a log or of stdin (`-`), in chunks as they come; gzip is unpacked. With `follow` a file is read on until
   * the signal is aborted, rotation included, and an empty chunk means that nothing came for a moment.
   * @throws {UserError} exit 2 where it cannot be read, or is packed in another way
   */
  logText(path: string, options: { readonly follow: boolean }): AsyncIterable<string>
  /**
   * Text that is added to a log from now on, rotation included, or that of stdin (`-`) and of pipes, in chunks as it
   * comes, until the signal is aborted; an empty chunk means that nothing came for a moment.
   * @throws {UserError} exit 2 where it cannot be read
   */
  followFromEnd(path: string, signal: AbortSignal): Promise<AsyncIterable<string>>
  /**
   * Throws a usage error (exit 2) if `write` would fail, or if the file exists and is not empty. Leaves nothing behind.
   */
  requireFree(path: string): Promise<void>
  /**
   * Writes a file with mode 0600, completely or not at all. Never overwrites a file that is not empty. Throws
   * `not-written`.
   */
  write(path: string, text: string): Promise<void>
  /** Is stdin not a terminal, so that reading it does not wait for typing? */
  readonly stdinIsPiped: boolean
}
