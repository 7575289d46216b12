import type { Command } from '@commander-js/extra-typings'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { dim, type Line, type Screen } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { didYouMean } from '../../util/suggest.ts'
import { SCHEMAS } from './documents.ts'

const EXAMPLES = examples([
  ['kc-logout schema', 'list the documents'],
  ['kc-logout schema user > user.schema.json', 'the document of `user --json`'],
  ['kc-logout schema error', 'the document of a run that fails'],
])

const declare = (program: Command) =>
  program
    .command('schema')
    .description('Prints the JSON Schema of a document that --json prints.')
    .argument('[name]', 'a command, or another name of the list')
    .addHelpText('before', EXAMPLES)

/** Adds `schema` to the command line. */
export function register(program: Command, start: Start): void {
  declare(program).action((name) => start((ctx) => runSchema(name, ctx)))
}

/**
 * Prints one schema, or the names of all. Roles: none. Sends nothing.
 * @throws {UserError} `unknown-schema` (2)
 */
export async function runSchema(name: string | undefined, ctx: Context): Promise<ExitCode> {
  if (name === undefined) {
    const schemas = Object.entries(SCHEMAS).map(([each, { title }]) => ({
      name: each,
      title: String(title),
    }))
    ctx.print.result({ schemas }, listView)
    return EXIT.ok
  }
  const schema = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined
  if (schema === undefined) throw unknownSchema(name)
  ctx.print.raw(`${JSON.stringify(schema, null, 2)}\n`)
  return EXIT.ok
}

function unknownSchema(name: string) {
  const meant = didYouMean(name, Object.keys(SCHEMAS))
  return usageError(
    'unknown-schema',
    `There is no schema ${JSON.stringify(name)}.`,
    meant ? `Did you mean ${meant}?` : 'List the names: kc-logout schema',
  )
}

interface Named {
  readonly schemas: readonly { readonly name: string; readonly title: string }[]
}

function listView({ schemas }: Named, screen: Screen): Line[] {
  const width = Math.max(...schemas.map(({ name }) => name.length)) + 2
  return schemas.flatMap(({ name, title }) => wrapped([name.padEnd(width), dim(title)], screen, width))
}
