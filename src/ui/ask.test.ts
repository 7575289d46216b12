import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { EXIT } from '../errors.ts'
import { asker } from './ask.ts'

/** A user in a terminal who types when the prompt appears. */
function person({ input = true, output = true, signal = new AbortController().signal } = {}) {
  const keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => keyboard })
  const screen = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
  let shown = ''
  screen.on('data', (chunk) => {
    shown += chunk
  })
  const ask = asker({
    isTerminal: { input, output },
    terminals: () => ({
      input: keyboard as unknown as NodeJS.ReadStream,
      output: screen as unknown as NodeJS.WriteStream,
    }),
    signal,
  })
  const sees = async (text: string) => {
    for (let tries = 0; !shown.includes(text); tries++) {
      if (tries > 500) throw new Error(`never asked for ${text}: ${shown}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return { ask, sees, types: (text: string) => keyboard.write(text), shown: () => shown }
}

const YES = { flag: '--yes' }
const CONFIRM = { flag: '--confirm customers', expected: 'customers' }

describe('a confirmation', () => {
  it.each([
    ['stdin is not a terminal: `y` in a pipe confirms nothing', { input: false }],
    ['stderr is not a terminal: the prompt would not be visible', { output: false }],
    ['neither is a terminal', { input: false, output: false }],
  ])('is not possible if %s', async (_, streams) => {
    const { ask, types, shown } = person(streams)
    types('y\n')
    expect(ask.possible).toBe(false)
    await expect(ask.confirm('Really?', YES)).rejects.toMatchObject({
      code: 'confirmation-wanted',
      exitCode: EXIT.declined,
      hint: expect.stringContaining('--yes'),
    })
    expect(shown()).toBe('')
  })

  it.each(['y\n', 'yes\n', 'Y\n'])('is given by %j', async (answer) => {
    const { ask, sees, types } = person()
    const asking = ask.confirm('Log ada out?', YES)
    await sees('Log ada out?')
    types(answer)
    await expect(asking).resolves.toBeUndefined()
  })

  it.each(['n\n', '\n', 'no\n'])('is declined by %j', async (answer) => {
    const { ask, sees, types } = person()
    const asking = ask.confirm('Log ada out?', YES)
    const declined = expect(asking).rejects.toMatchObject({ code: 'declined', exitCode: EXIT.declined })
    await sees('Log ada out?')
    types(answer)
    await declined
  })

  it('by a word needs that word', async () => {
    const { ask, sees, types } = person()
    const asking = ask.confirm("Type the realm's name:", CONFIRM)
    await sees("Type the realm's name:")
    types('customers\n')
    await expect(asking).resolves.toBeUndefined()
  })

  it.each(['y\n', '\n', 'customer\n', 'Customers\n'])('by a word is declined by %j', async (answer) => {
    const { ask, sees, types } = person()
    const asking = ask.confirm("Type the realm's name:", CONFIRM)
    const declined = expect(asking).rejects.toMatchObject({ code: 'declined' })
    await sees("Type the realm's name:")
    types(answer)
    await declined
  })

  it('ends with Ctrl-C as interrupted', async () => {
    const { ask, sees, types } = person()
    const asking = ask.confirm('Log ada out?', YES)
    const interrupted = expect(asking).rejects.toMatchObject({
      code: 'interrupted',
      exitCode: EXIT.interrupted,
    })
    await sees('Log ada out?')
    types('\u0003')
    await interrupted
  })

  it('ends with SIGTERM without an answer', async () => {
    const controller = new AbortController()
    const { ask, sees } = person({ signal: controller.signal })
    const asking = ask.confirm('Log ada out?', YES)
    const interrupted = expect(asking).rejects.toMatchObject({ code: 'interrupted' })
    await sees('Log ada out?')
    controller.abort('SIGTERM')
    await interrupted
  })

  it('does not start after an interruption', async () => {
    const controller = new AbortController()
    controller.abort('SIGTERM')
    const { ask } = person({ signal: controller.signal })
    await expect(ask.confirm('Log ada out?', YES)).rejects.toMatchObject({ code: 'interrupted' })
  })

  it('escapes a hostile name', async () => {
    const { ask, sees, types, shown } = person()
    const asking = ask.confirm('Log \u202eada\u0007 out?', YES)
    await sees('out?')
    expect(shown()).toContain('Log \\u202eada\\u0007 out?')
    types('y\n')
    await asking
  })
})

describe('a prompt for a value', () => {
  it('does not show a secret', async () => {
    const { ask, sees, types, shown } = person()
    const asking = ask.secret('Password:')
    await sees('Password:')
    types('hunter2\n')
    expect(await asking).toBe('hunter2')
    expect(shown()).not.toContain('hunter')
  })

  it('offers a default for text', async () => {
    const { ask, sees, types } = person()
    const asking = ask.text('Realm:', 'customers')
    await sees('customers')
    types('\n')
    expect(await asking).toBe('customers')
  })

  it.each(['secret', 'text'] as const)('for a %s is a usage error without a terminal', async (kind) => {
    const { ask } = person({ input: false })
    await expect(ask[kind]('Password')).rejects.toMatchObject({ code: 'no-terminal', exitCode: EXIT.usage })
  })
})
