import type { Command, Option } from '@commander-js/extra-typings'
import { wordsOf } from '../../cli/arguments.ts'
import type { CommandEntry, Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import type { Globals } from '../../config/global-options.ts'
import { EXIT, type ExitCode } from '../../errors.ts'
import {
  type Candidate,
  isPlainWord,
  type Kind,
  type OptionShape,
  positionAfter,
  questionAt,
} from './candidates.ts'
import type { FindNames } from './names.ts'
import { typedWords } from './words.ts'

/** Loads the profiles and the connection only if a name is completed. */
const findNames: FindNames = async (...how) => (await import('./names.ts')).findNames(...how)

/** Adds `__complete`, which the scripts of `completion` call. @param commands what can be completed */
export function register(
  program: Command,
  start: Start,
  commands: readonly CommandEntry[],
  find = findNames,
): void {
  program
    .command('__complete', { hidden: true })
    .argument('<line>', 'the command line up to the cursor')
    .action((line: string) => start((ctx) => runComplete(line, program, commands, ctx, find)))
}

/**
 * Prints the candidates for the end of a line: first `files` or `words`, then one candidate per line, with a tab and its
 * description. Never fails and never prompts: the shell would hang.
 */
export async function runComplete(
  line: string,
  program: Command,
  commands: readonly CommandEntry[],
  ctx: Context,
  find = findNames,
): Promise<ExitCode> {
  const { words, current } = typedWords(line)
  const globals = shapesOf(program.options)
  const { command } = positionAfter(words, globals)
  const entry = commands.find(({ name }) => name === command)
  const options = [...(entry ? await optionsOf(entry, program) : []), ...globals]
  const question = questionAt(positionAfter(words, options), current, options)
  switch (question.kind) {
    case 'nothing':
      return printed('words', [], ctx)
    case 'commands':
      return printed(
        'words',
        startingWith(
          question.prefix,
          commands.map(({ name, summary }) => ({ value: name, about: summary })),
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
      const values = (await valuesOf(question.of, globalsIn(words, globals), ctx, find)).map((value) => ({
        value,
      }))
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

async function valuesOf(
  kind: Kind,
  typed: Globals,
  ctx: Context,
  find: FindNames,
): Promise<readonly string[]> {
  if (typeof kind !== 'string') return kind
  if (kind === 'file') return []
  const names = await find(kind, typed, ctx)
  return names.filter(isPlainWord)
}

/** The options of a command. It is loaded, so that completion and help cannot differ. */
async function optionsOf({ name, load }: CommandEntry, program: Command): Promise<OptionShape[]> {
  const { register } = await load()
  register(program, () => Promise.resolve())
  const command = program.commands.find((one) => one.name() === name)
  return [
    ...shapesOf(command?.options ?? []),
    { long: '--help', description: 'Show the help of the command' },
  ]
}

const shapesOf = (options: readonly Option[]): OptionShape[] =>
  options.map(({ long, short, description, required, optional, flags, parseArg }) => ({
    long: long ?? flags,
    ...(short ? { short } : {}),
    description,
    ...(required || optional ? { value: /[<[](.*)[>\]]/.exec(flags)?.[1] ?? '' } : {}),
    ...(optional ? { isOptional: true } : {}),
    words: wordsOf(parseArg),
  }))

/** The global options on the line, as far as names depend on them. */
function globalsIn(words: readonly string[], options: readonly OptionShape[]): Globals {
  const typed: Record<string, string | true> = {}
  for (const [index, word] of words.entries()) {
    const [name = '', ...rest] = word.split('=')
    const option = options.find(({ long, short }) => name === long || word === short)
    if (!option) continue
    const key = option.long.replace(/^--/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    const value = option.value === undefined ? true : rest.length > 0 ? rest.join('=') : words[index + 1]
    // The value of the last option is being typed: names cannot depend on it.
    if (value !== undefined) typed[key] = value
  }
  return typed as Globals
}
