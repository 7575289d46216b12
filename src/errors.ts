/** Every exit code of the command line, by the name the code uses for it (docs/reference/exit-codes.md). */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  denied: 4,
  notFound: 5,
  unreachable: 6,
  checkFailed: 7,
  declined: 8,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** An exit code that stands though a signal ended the command: what it says matters more than who ended it. */
export interface LastingExit {
  readonly lasting: ExitCode
}

/** The exit code of a command that a signal ended. */
export const interruption = ({ reason }: AbortSignal): ExitCode =>
  reason === 'SIGTERM' ? EXIT.terminated : reason === 'SIGHUP' ? EXIT.hungUp : EXIT.interrupted

/**
 * Something that the person at the keyboard can understand and act on: one line that says what is wrong and one that
 * says what to do. Anything else that is thrown is a fault of ours and is reported as such.
 */
export class UserError extends Error {
  readonly code: string
  readonly exitCode: ExitCode
  readonly hint: string | undefined
  /** Milliseconds after which the server asked to be tried again (429, 503); undefined when it did not. */
  readonly retryAfter: number | undefined

  constructor(
    code: string,
    message: string,
    {
      exitCode = EXIT.failed,
      hint,
      cause,
      retryAfter,
    }: {
      exitCode?: ExitCode
      hint?: string | undefined
      cause?: unknown
      retryAfter?: number | undefined
    } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'UserError'
    this.code = code
    this.exitCode = exitCode
    this.hint = hint
    this.retryAfter = retryAfter
  }
}

/** Wrong usage or input: exit 2, and nothing was sent. The hint says what to write instead. */
export const usageError = (code: string, message: string, hint: string | undefined) =>
  new UserError(code, message, { exitCode: EXIT.usage, ...(hint === undefined ? {} : { hint }) })

/** An error as the contract's JSON shows it. */
export const errorFields = ({ code, message, hint, exitCode }: UserError) => ({
  code,
  message,
  hint: hint ?? null,
  exitCode,
})

/** What a run ends with that was interrupted. */
export const interrupted = (signal: AbortSignal) =>
  new UserError('interrupted', 'Interrupted.', { exitCode: interruption(signal) })
