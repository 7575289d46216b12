import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Schema } from '../../src/commands/schema/build.ts'
import { SCHEMAS } from '../../src/commands/schema/documents.ts'
import { EXIT } from '../../src/errors.ts'
import { COMMANDS } from '../../src/registry.ts'

const ajv = new Ajv2020({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  formats: { 'date-time': /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ },
})
const compiled = new Map<string, ValidateFunction>()

function validatorOf(name: string): ValidateFunction {
  const known = compiled.get(name)
  if (known) return known
  const made = ajv.compile(schemaNamed(name))
  compiled.set(name, made)
  return made
}

/** Where a document departs from the schema of this name (`kc-logout schema`); empty if it fits. */
export function schemaErrors(name: string, document: unknown): string[] {
  const validate = validatorOf(name)
  if (validate(document)) return []
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath || '/'} ${message} ${JSON.stringify(params)}`.trim(),
  )
}

/** The schema itself; throws where there is none of this name. */
export function schemaNamed(name: string): Schema {
  const schema = SCHEMAS[name]
  if (!schema) throw new Error(`There is no schema ${name}`)
  return schema
}

/** Is it a JSON Schema of draft 2020-12? */
export const isSchema = (schema: Schema): boolean => ajv.validateSchema(schema) === true

/** The schema of what a command line prints with `--json`, and whether it prints one document a line. */
export function schemaOf(argv: readonly string[]): { name: string; isLines: boolean } | undefined {
  const names = new Set(COMMANDS.map(({ name }) => name))
  const at = argv.findIndex((word) => names.has(word))
  const command = argv[at]
  if (command === undefined) return undefined
  const rest = argv.slice(at + 1)
  const has = (flag: string) => rest.includes(flag)
  const several = isSeveral(argv) ? '-realms' : ''
  switch (command) {
    case 'sessions':
      return has('--list') ? lines('sessions-list') : one(`sessions${several}`)
    case 'configure':
      return one(has('--export') ? 'configure-export' : `configure${several}`)
    case 'events':
      if (has('--follow')) return lines('events-follow')
      return one(has('--enable') ? 'events-enable' : 'events')
    case 'explain':
      return has('--follow') ? lines('explain-follow') : one('explain')
    case 'listen':
      return has('--restore') ? one('listen-restore') : lines('listen')
    case 'logout':
      return one('profile-remove')
    case 'profile':
      return one(`profile-${rest.find((word) => /^(list|show|use|remove)$/.test(word)) ?? 'list'}`)
    case 'schema':
      return rest.some((word) => !word.startsWith('-')) ? undefined : one('schema')
    default:
      return one(`${command}${several}`)
  }
}

/** Does the command line name several realms? */
const isSeveral = (argv: readonly string[]) =>
  argv.some((word) => /^--(all-realms|realms)(=|$)/.test(word)) ||
  ['-r', '--profile'].some((flag) => argv.filter((word) => word === flag).length > 1)

const one = (name: string) => ({ name, isLines: false })
const lines = (name: string) => ({ name, isLines: true })

/** Command lines that print something else, whatever `--json` says. */
const isOther = (argv: readonly string[]) =>
  argv.some((word) => ['-h', '--help', '-V', '--version', '__complete'].includes(word)) || argv[0] === 'help'

/**
 * Holds what a run with `--json` printed to its schema. A run that ended with an error may print the error document
 * instead, after any lines. A run that a signal ended may print nothing.
 * @throws where a document is missing, or is not what its schema says
 */
export function requireDocumented(argv: readonly string[], stdout: string, code: number): void {
  if (!argv.includes('--json') || isOther(argv)) return
  const schema = schemaOf(argv)
  const isOver = code > LAST_CODE
  if (stdout === '' && (isOver || schema?.isLines)) return
  const documents = schema?.isLines ? linesOf(stdout) : [parsed(stdout)]
  for (const document of documents) {
    const name = isError(document) ? 'error' : schema?.name
    const errors = name === undefined ? [] : schemaErrors(name, document)
    if (errors.length > 0)
      throw new Error(
        `Not what \`kc-logout schema ${name}\` says:\n${errors.join('\n')}\n${JSON.stringify(document).slice(0, 2000)}`,
      )
  }
}

/** Codes above it are those of signals. */
const LAST_CODE = EXIT.declined

const isError = (document: unknown): boolean =>
  typeof document === 'object' && document !== null && Object.keys(document)[1] === 'error'

/** One document a line; an error at the end is laid out over several lines. */
function linesOf(stdout: string): unknown[] {
  const start = stdout.search(/^\{$/m)
  const items = (start < 0 ? stdout : stdout.slice(0, start)).split('\n').filter((line) => line !== '')
  return (start < 0 ? items : [...items, stdout.slice(start)]).map(parsed)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`Not a JSON document: ${text.slice(0, 500)}`)
  }
}
