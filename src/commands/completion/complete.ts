import type { Command, Option } from 'commander'
import type { Register, Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import type { Globals } from '../../config/global-options.ts'
import { EXIT, type ExitCode } from '../../errors.ts'
import { COMMANDS } from '../../registry.ts'
import {
  type Candidate,
  isPlainWord,
  type Kind,
  type OptionShape,
  positionAfter,
  questionAt,
} from './candidates.ts'
import { typedWords } from './words.ts'

/** Adds `__complete` to the command line: what the scripts of `completion` ask. Not shown in any help. */
export function register(program: Command, start: Start): void {
  program
    .command('__complete', { hidden: true })
    .argument('<line>', 'what is typed, up to the cursor')
    .action((line: string) => start((ctx) => runComplete(line, program, ctx)))
}

/**
 * Prints what may stand at the end of a line: `files` or `words` first, then one candidate a line, a tab and a word
 * about it. Never fails and never asks: a shell that waits for it is a shell that hangs.
 */
export async function runComplete(line: string, program: Command, ctx: Context): Promise<ExitCode> {
  const { words, current } = typedWords(line)
  const globals = shapesOf(program.options)
  const { command } = positionAfter(words, globals)
  const options = [...(await optionsOf(command, program)), ...globals]
  const question = questionAt(positionAfter(words, options), current, options)
  switch (question.kind) {
    case 'nothing':
      return printed('words', [], ctx)
    case 'commands':
      return printed(
        'words',
        startingWith(
          question.prefix,
          COMMANDS.map(({ name, summary }) => ({ value: name, about: summary })),
        ),
        ctx,
      )
    case 'options':
      return printed(
        'words',
        startingWith(
          question.prefix,
          question.options.map(({ long, description }) => ({ value: long, about: description })),
        ),
        ctx,
      )
    case 'values': {
      if (question.of === 'file') return printed('files', [], ctx)
      const values = (await valuesOf(question.of, globalsIn(words, globals), ctx)).map((value) => ({ value }))
      const found = startingWith(question.prefix, values).map(({ value }) => ({
        value: question.before + value,
      }))
      return printed('words', found, ctx)
    }
  }
}

function printed(kind: 'words' | 'files', candidates: readonly Candidate[], { print }: Context): ExitCode {
  const lines = candidates.map(({ value, about }) => (about === undefined ? value : `${value}\t${about}`))
  print.raw(`${[kind, ...lines].join('\n')}\n`)
  return EXIT.ok
}

const startingWith = (prefix: string, candidates: readonly Candidate[]): Candidate[] =>
  candidates.filter(({ value }) => value.startsWith(prefix))

async function valuesOf(kind: Kind, typed: Globals, ctx: Context): Promise<readonly string[]> {
  if (typeof kind !== 'string') return kind
  if (kind === 'file') return []
  const names = await ctx.names(kind, typed)
  return names.filter(isPlainWord)
}

/** The options of a command, by loading it: what help shows and what is completed cannot differ. */
async function optionsOf(name: string | undefined, program: Command): Promise<OptionShape[]> {
  const entry = COMMANDS.find((command) => command.name === name)
  if (!entry) return []
  const { register }: { register: Register } = await entry.load()
  register(program, () => Promise.resolve())
  const command = program.commands.find((one) => one.name() === name)
  return [
    ...shapesOf(command?.options ?? []),
    { long: '--help', description: 'shows the help of the command' },
  ]
}

const shapesOf = (options: readonly Option[]): OptionShape[] =>
  options.map(({ long, short, description, required, optional, flags }) => ({
    long: long ?? flags,
    ...(short ? { short } : {}),
    description,
    ...(required || optional ? { value: /[<[](.*)[>\]]/.exec(flags)?.[1] ?? '' } : {}),
    ...(optional ? { isOptional: true } : {}),
  }))

/** What the line says about the connection, as far as names depend on it. */
function globalsIn(words: readonly string[], options: readonly OptionShape[]): Globals {
  const typed: Record<string, string | true> = {}
  for (const [index, word] of words.entries()) {
    const [name = '', ...rest] = word.split('=')
    const option = options.find(({ long, short }) => name === long || word === short)
    if (!option) continue
    const key = option.long.replace(/^--/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    const value = option.value === undefined ? true : rest.length > 0 ? rest.join('=') : words[index + 1]
    // The last one's value is what is being typed: nothing that names could depend on.
    if (value !== undefined) typed[key] = value
  }
  return typed as Globals
}
