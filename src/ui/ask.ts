import { EXIT, UserError, usageError } from '../errors.ts'
import { escapeInvisible } from '../util/escape-invisible.ts'
import type { Ask } from './output.ts'

export interface AskerOptions {
  /** Which of the two are terminals. */
  readonly isTerminal: { readonly input: boolean; readonly output: boolean }
  /** Opens them; asked for only where a question is. */
  readonly terminals: () => { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream }
  readonly signal: AbortSignal
}

/**
 * Asks on stderr, and only when stdin and stderr are both terminals: inquirer itself would take a `y` from a pipe, and
 * `yes | kc-logout all` must not log anybody out.
 */
export function asker({ isTerminal, terminals, signal }: AskerOptions): Ask {
  const possible = isTerminal.input && isTerminal.output

  /** Loads inquirer, which only a person at a terminal needs. */
  async function prompt<T>(question: {
    type: 'confirm' | 'input' | 'password'
    message: string
    default?: unknown
  }) {
    const { createPromptModule } = await import('inquirer')
    const answers = createPromptModule({ ...terminals(), signal })(
      [{ ...question, name: 'answer' } as never],
      {},
    )
    try {
      return ((await answers) as { answer: T }).answer
    } catch (error) {
      // Ctrl-C at a prompt, or a termination: nothing was agreed to and nothing was done.
      if (error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError'))
        throw new UserError('interrupted', 'Interrupted; nothing was changed.', {
          exitCode: EXIT.interrupted,
        })
      throw error
    }
  }

  const needTerminal = (what: string) => {
    if (!possible)
      throw usageError(
        'no-terminal',
        `${what} is missing and there is no terminal to ask at.`,
        'Give it by an option or a variable (`kc-logout --help`), or run this in a terminal.',
      )
  }

  return {
    possible,
    async agree(question, { flag, expected }) {
      if (!possible) {
        throw new UserError(
          'confirmation-wanted',
          'This changes something, and there is no terminal to ask at.',
          {
            exitCode: EXIT.declined,
            hint: `Read the plan above (--dry-run shows it alone), then add ${flag}.`,
          },
        )
      }
      const agreed =
        expected === undefined
          ? await prompt<boolean>({ type: 'confirm', message: escapeInvisible(question), default: false })
          : (await prompt<string>({ type: 'input', message: escapeInvisible(question) })) === expected
      if (!agreed)
        throw new UserError('declined', 'Declined; nothing was changed.', { exitCode: EXIT.declined })
    },
    async secret(question) {
      needTerminal(question)
      return prompt<string>({ type: 'password', message: escapeInvisible(question) })
    },
    async text(question, initial) {
      needTerminal(question)
      return prompt<string>({ type: 'input', message: escapeInvisible(question), default: initial })
    },
  }
}
