export interface Files {
  /** Reads a text file, `-` being stdin. Throws a usage error (exit 2) when it is not readable or too large. */
  read(path: string, options?: { maxBytes?: number }): Promise<string>
  /** Lines of a file or of stdin (`-`), without their line breaks, as they come. */
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
   * Throws a usage error (exit 2) where `write` could not write, or where a file stands that holds something. Leaves
   * nothing behind.
   */
  requireFree(path: string): Promise<void>
  /**
   * Writes a file that its owner alone may read (0600), at once or not at all, and never in place of one that holds
   * something. Throws `not-written`.
   */
  write(path: string, text: string): Promise<void>
  /** Is stdin something other than a terminal, so that reading it would not wait for a person? */
  readonly stdinIsPiped: boolean
}
