/** An option as far as completion has to know it. */
export interface OptionShape {
  /** `--client` */
  readonly long: string
  readonly short?: string
  readonly description: string
  /** What stands for its value in the help: `<file>`, `<client-id>`; undefined for one without. */
  readonly value?: string
  /** It may stand alone, too. */
  readonly isOptional?: boolean
}

/** What may stand at a place. */
export type Kind = 'realm' | 'client' | 'profile' | 'file' | readonly string[]

/** What is being typed, as a question that can be answered. */
export type Question =
  | { readonly kind: 'commands'; readonly prefix: string }
  | { readonly kind: 'options'; readonly prefix: string; readonly options: readonly OptionShape[] }
  /** `before` is what has to stay in front of each answer: `--realm=`. */
  | { readonly kind: 'values'; readonly of: Kind; readonly prefix: string; readonly before: string }
  | { readonly kind: 'nothing' }

/** What the arguments of commands are; those that are not named here are nobody's to guess (a username, a token). */
const ARGUMENTS: Readonly<Record<string, readonly Kind[]>> = {
  configure: ['client'],
  doctor: ['client'],
  explain: ['file'],
  'inspect-token': ['file'],
  audit: [['cumulocity']],
  'not-before': [['show', 'set', 'clear']],
  profile: [['list', 'show', 'use', 'remove'], 'profile'],
  completion: [['bash', 'zsh', 'fish', 'powershell']],
}
/** Commands whose last kind of argument may be repeated. */
const REPEATED = new Set(['configure', 'doctor'])

const VALUES: Readonly<Record<string, Kind>> = {
  '--realm': 'realm',
  '--login-realm': 'realm',
  '--client': 'client',
  '--accept-unnotified': 'client',
  '--audience': 'client',
  '--profile': 'profile',
  '--confirm': 'realm',
  '--by': ['id', 'username', 'email'],
  '--kind': ['auto', 'logout', 'id', 'access', 'refresh', 'admin-action'],
  '--alg': 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519 HS256 HS384 HS512'.split(' '),
  '--preset': ['cumulocity'],
  '--respond': ['auto', '200', '204', '400', '500'],
  '--snippet': ['django', 'express', 'spring'],
}

/** Where the words that are there already lead to. */
export interface Position {
  /** The command, once it is named. */
  readonly command: string | undefined
  /** Arguments that stand before the current word. */
  readonly args: number
  /** The option whose value comes next. */
  readonly pending: OptionShape | undefined
  /** Nothing is an option any more (`--`). */
  readonly isEnded: boolean
}

/** Walks over the whole words, the program's name among them. */
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

/** What is being asked for at the current word. */
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

function valuesOf({ long, value = '' }: OptionShape, prefix: string, before: string): Question {
  const of = VALUES[long] ?? (/file/.test(value) ? 'file' : undefined)
  return of === undefined ? { kind: 'nothing' } : { kind: 'values', of, prefix, before }
}

/** One thing to offer. */
export interface Candidate {
  readonly value: string
  readonly about?: string
}

/**
 * Names that come from a server are put onto a command line: only those that every shell takes as they are. Anybody who
 * manages clients may name one `$(reboot)`.
 */
export const isPlainWord = (name: string): boolean => /^[A-Za-z0-9_@%+.,/:][A-Za-z0-9_@%+=.,/:-]*$/.test(name)
