import { EXIT, UserError, usageError } from '../errors.ts'
import { escapeInvisible } from '../util/escape-invisible.ts'
import type { Ask } from './output.ts'

export interface AskerOptions {
  readonly isTerminal: { readonly input: boolean; readonly output: boolean }
  /** Opens both. Called for the first question only. */
  readonly terminals: () => { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream }
  readonly signal: AbortSignal
}

type Streams = ReturnType<AskerOptions['terminals']> & Pick<AskerOptions, 'signal'>

/**
 * Asks on stderr, and only if stdin and stderr are both terminals: inquirer itself would take a `y` from a pipe, and
 * `yes | kc-logout all` must not log everybody out. Only the three prompts in use are bundled.
 */
export function asker({ isTerminal, terminals, signal }: AskerOptions): Ask {
  const possible = isTerminal.input && isTerminal.output

  async function prompt<T>(ask: (streams: Streams) => Promise<T>): Promise<T> {
    try {
      return await ask({ ...terminals(), signal })
    } catch (error) {
      // Ctrl-C at a prompt, or a termination: nothing was confirmed and nothing was done.
      if (error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError'))
        throw new UserError('interrupted', 'Interrupted; nothing was changed.', {
          exitCode: EXIT.interrupted,
        })
      throw error
    }
  }
  const askText = (question: string, initial?: string) =>
    prompt(async (streams) => {
      const { input } = await import('@inquirer/prompts')
      const message = escapeInvisible(question)
      return input({ message, ...(initial === undefined ? {} : { default: initial }) }, streams)
    })
  const askYesOrNo = (question: string) =>
    prompt(async (streams) => {
      const { confirm } = await import('@inquirer/prompts')
      return confirm({ message: escapeInvisible(question), default: false }, streams)
    })
  const askSecret = (question: string) =>
    prompt(async (streams) => {
      const { password } = await import('@inquirer/prompts')
      return password({ message: escapeInvisible(question) }, streams)
    })

  const needTerminal = (what: string) => {
    if (!possible)
      throw usageError(
        'no-terminal',
        `${what} is missing. Cannot ask for it: not running in a terminal.`,
        'Set it with an option or a variable (kc-logout --help), or run this in a terminal.',
      )
  }

  return {
    possible,
    async confirm(question, { flag, expected, given }) {
      if (given) return
      if (!possible) {
        throw new UserError('confirmation-wanted', 'Confirmation required: not running in a terminal.', {
          exitCode: EXIT.declined,
          hint: `Review the plan above (--dry-run prints only the plan), then add ${flag}.`,
        })
      }
      const isConfirmed =
        expected === undefined ? await askYesOrNo(question) : (await askText(question)) === expected
      if (!isConfirmed)
        throw new UserError('declined', 'Declined; nothing was changed.', { exitCode: EXIT.declined })
    },
    async secret(question) {
      needTerminal(question)
      return askSecret(question)
    },
    async text(question, initial) {
      needTerminal(question)
      return askText(question, initial)
    },
  }
}
