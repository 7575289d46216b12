/** Every exit code by the name that the code uses (docs/reference/exit-codes.md). */
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

/** An exit code that a signal does not replace, because it says what is left to do. */
export interface LastingExit {
  readonly lasting: ExitCode
}

/** The exit code after the signal that aborted this one. */
export const interruption = ({ reason }: AbortSignal): ExitCode =>
  reason === 'SIGTERM' ? EXIT.terminated : reason === 'SIGHUP' ? EXIT.hungUp : EXIT.interrupted

/**
 * An error that the user can understand and fix: a message with the problem and a hint with the next step. Anything else
 * that is thrown is a bug and is reported as such.
 */
export class UserError extends Error {
  readonly code: string
  readonly exitCode: ExitCode
  readonly hint: string | undefined
  /** Milliseconds after which the server asked for a retry (429, 503); undefined if it did not. */
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

/** Wrong usage or input: exit 2, before anything was changed. The hint says what to write instead. */
export const usageError = (code: string, message: string, hint: string | undefined) =>
  new UserError(code, message, { exitCode: EXIT.usage, ...(hint === undefined ? {} : { hint }) })

/** An error as JSON documents show it. */
export const errorFields = ({ code, message, hint, exitCode }: UserError) => ({
  code,
  message,
  hint: hint ?? null,
  exitCode,
})

/** The error that is thrown after an interruption. */
export const interrupted = (signal: AbortSignal) =>
  new UserError('interrupted', 'Interrupted.', { exitCode: interruption(signal) })
