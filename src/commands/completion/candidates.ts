/** The parts of an option that completion needs. */
export interface OptionShape {
  /** `--client` */
  readonly long: string
  readonly short?: string
  readonly description: string
  /** Placeholder of its value in the help: `file`, `client-id`; undefined without a value. */
  readonly value?: string
  /** The value may be left out. */
  readonly isOptional?: boolean
  /** The words that are valid values; undefined if others are valid too. */
  readonly words?: readonly string[] | undefined
}

/** What Keycloak has names of. */
export type NameKind = 'realm' | 'client' | 'group' | 'role' | 'identity-provider' | 'organization'

/** The kind of value that can be completed. */
export type Kind = NameKind | 'profile' | 'file' | readonly string[]

/** What has to be completed. */
export type Question =
  | { readonly kind: 'commands'; readonly prefix: string }
  | { readonly kind: 'options'; readonly prefix: string; readonly options: readonly OptionShape[] }
  /** `before` is the prefix of each answer: `--realm=`. */
  | { readonly kind: 'values'; readonly of: Kind; readonly prefix: string; readonly before: string }
  | { readonly kind: 'nothing' }

/** Arguments of commands that can be completed; others (a username, a token) cannot. */
const ARGUMENTS: Readonly<Record<string, readonly Kind[]>> = {
  configure: ['client'],
  doctor: ['client'],
  drill: ['client'],
  explain: ['file'],
  'inspect-token': ['file'],
  audit: [['cumulocity']],
  'not-before': [['show', 'set', 'clear']],
  profile: [['list', 'show', 'use', 'remove'], 'profile'],
  completion: [['bash', 'zsh', 'fish', 'powershell', 'kubectl']],
}
/** Commands that repeat their last argument. */
const REPEATED = new Set(['configure', 'doctor', 'drill'])

const VALUES: Readonly<Record<string, Kind>> = {
  '--realm': 'realm',
  '--login-realm': 'realm',
  '--client': 'client',
  '--accept-unnotified': 'client',
  '--audience': 'client',
  '--group': 'group',
  '--role': 'role',
  '--idp': 'identity-provider',
  '--org': 'organization',
  '--profile': 'profile',
  '--confirm': 'realm',
  '--respond': ['auto', '200', '204', '400', '500'],
}

/** The position after the complete words of a line. */
export interface Position {
  /** The command, if there is one already. */
  readonly command: string | undefined
  /** Number of arguments before the current word. */
  readonly args: number
  /** The option whose value comes next. */
  readonly pending: OptionShape | undefined
  /** After `--`: no more options. */
  readonly isEnded: boolean
}

/** Walks through the complete words, the program name included. */
export function positionAfter(words: readonly string[], options: readonly OptionShape[]): Position {
  let command: string | undefined
  let args = 0
  let isEnded = false
  let pending: OptionShape | undefined
  for (const word of words.slice(1)) {
    if (pending) {
      const isAnotherOption = pending.isOptional && word.startsWith('-')
      pending = undefined
      if (!isAnotherOption) continue
    }
    if (!isEnded && word === '--') isEnded = true
    else if (!isEnded && word.length > 1 && word.startsWith('-')) {
      const option = options.find(({ long, short }) => word === long || word === short)
      if (option?.value !== undefined) pending = option
    } else if (command === undefined) command = word
    else args++
  }
  return { command, args, pending, isEnded }
}

/** What has to be completed at the current word. */
export function questionAt(position: Position, current: string, options: readonly OptionShape[]): Question {
  const { command, args, pending, isEnded } = position
  if (pending && !(pending.isOptional && current.startsWith('-'))) return valuesOf(pending, current, '')
  const [, name, prefix] = /^(--[^=]+)=(.*)$/s.exec(current) ?? []
  if (!isEnded && name !== undefined && prefix !== undefined) {
    const option = options.find(({ long }) => long === name)
    return option?.value === undefined ? { kind: 'nothing' } : valuesOf(option, prefix, `${name}=`)
  }
  if (!isEnded && current.startsWith('-')) return { kind: 'options', prefix: current, options }
  if (command === undefined) return { kind: 'commands', prefix: current }
  const kinds = ARGUMENTS[command] ?? []
  const of = kinds[args] ?? (REPEATED.has(command) ? kinds.at(-1) : undefined)
  return of === undefined ? { kind: 'nothing' } : { kind: 'values', of, prefix: current, before: '' }
}

function valuesOf({ long, value = '', words }: OptionShape, prefix: string, before: string): Question {
  const of = words ?? VALUES[long] ?? (/file/.test(value) ? 'file' : undefined)
  return of === undefined ? { kind: 'nothing' } : { kind: 'values', of, prefix, before }
}

/** A completion. */
export interface Candidate {
  readonly value: string
  readonly about?: string
}

/**
 * Can every shell take this name unquoted? Names from a server end up on a command line, and anyone who manages clients
 * can name one `$(reboot)`.
 */
export const isPlainWord = (name: string): boolean => /^[A-Za-z0-9_@%+.,/:][A-Za-z0-9_@%+=.,/:-]*$/.test(name)
