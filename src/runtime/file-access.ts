export interface Files {
  /** Reads a text file, `-` being stdin. Throws a usage error (exit 2) when it is not readable or too large. */
  read(path: string, options?: { maxBytes?: number }): Promise<string>
  /** Lines of a file or of stdin (`-`), without their line breaks, as they come. */
  lines(path: string): AsyncIterable<string>
  /**
   * Lines of a log or of stdin (`-`), in batches as they come; a line longer than 256 KB is cut. With `follow` a file
   * is read on until the signal is aborted, rotation included, and an empty batch means that nothing came for a moment.
   */
  logLines(path: string, options: { readonly follow: boolean }): AsyncIterable<readonly string[]>
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
