import { isIP } from 'node:net'
import { type Command, InvalidArgumentError, Option, type OptionValues } from '@commander-js/extra-typings'
import type { Attribute, Criteria, Moment, Network, Span } from '../core/choice.ts'
import { usageError } from '../errors.ts'
import { parseMoment, parseSpan } from '../util/parse-since.ts'
import { collectEach } from './arguments.ts'

/** A repeatable option, checked before any request. `kc-logout help choosing` describes it, not the command's help. */
const repeatable = <const Flags extends string, T>(flags: Flags, what: string, parse: (text: string) => T) =>
  new Option(flags, what).argParser(collectEach(parse)).hideHelp()

/** Declares the options that choose users and sessions. */
export function addChoosingOptions<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
) {
  return command
    .addOption(repeatable('--group <path>', 'Only users in this group or below it', asTyped))
    .addOption(repeatable('--role <role>', 'Only users who have this role, in any way', asTyped))
    .addOption(repeatable('--org <alias>', 'Only members of this organization', asTyped))
    .addOption(repeatable('--idp <alias>', 'Only users linked with this identity provider', asTyped))
    .addOption(repeatable('--attribute <key=value>', 'Only users with this attribute', toAttribute))
    .addOption(repeatable('--email-domain <domain>', 'Only users with an address there', toDomain))
    .addOption(repeatable('--exclude-user <who>', 'Not this user (id, username or e-mail address)', asTyped))
    .addOption(repeatable('--client <client-id>', 'Only sessions that involve this client', asTyped))
    .addOption(repeatable('--ip <address>', 'Only sessions from this address or network', toNetwork))
    .addOption(repeatable('--idle <duration>', 'Only sessions not used for this long', toSpan))
    .addOption(repeatable('--started-before <time>', 'Only sessions that started before', toMoment))
    .addOption(repeatable('--started-after <time>', 'Only sessions that started then or later', toMoment))
}

export type ChoosingOptions = ReturnType<
  ReturnType<typeof addChoosingOptions<[], Record<never, never>>>['opts']
>

/** The options that choose users. */
export const USER_OPTIONS: ReadonlySet<string> = new Set([
  '--group',
  '--role',
  '--org',
  '--idp',
  '--attribute',
  '--email-domain',
  '--exclude-user',
])

/** The names of the options that choose users or sessions, as far as they are given. */
export const choosingOptionsIn = (options: ChoosingOptions): string[] =>
  Object.entries({
    '--group': options.group,
    '--role': options.role,
    '--org': options.org,
    '--idp': options.idp,
    '--attribute': options.attribute,
    '--email-domain': options.emailDomain,
    '--exclude-user': options.excludeUser,
    '--client': options.client,
    '--ip': options.ip,
    '--idle': options.idle,
    '--started-before': options.startedBefore,
    '--started-after': options.startedAfter,
  }).flatMap(([name, values]) => (values?.length ? [name] : []))

/**
 * The criteria that the options stand for.
 * @param now milliseconds since the epoch
 * @throws {UserError} `time-in-future` (2)
 */
export function parseCriteria(options: ChoosingOptions, now: number): Criteria {
  const { startedBefore = [], startedAfter = [] } = options
  for (const moment of [...startedBefore, ...startedAfter])
    if ('at' in moment && moment.at > now)
      throw usageError(
        'time-in-future',
        `${moment.text} is in the future.`,
        'Give the time at which sessions started, in UTC unless it has a zone.',
      )
  return {
    users: {
      groups: options.group ?? [],
      roles: options.role ?? [],
      organizations: options.org ?? [],
      identityProviders: options.idp ?? [],
      attributes: options.attribute ?? [],
      emailDomains: options.emailDomain ?? [],
      excluded: options.excludeUser ?? [],
    },
    sessions: {
      clientIds: options.client ?? [],
      networks: options.ip ?? [],
      idle: options.idle ?? [],
      startedBefore,
      startedAfter,
    },
  }
}

const asTyped = (text: string): string => text

function toAttribute(text: string): Attribute {
  const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (key.trim() === '' || value === '')
    throw new InvalidArgumentError('Use KEY=VALUE, for example department=sales.')
  // Keycloak's search has no way to write these (26.7.4).
  if (/[:"]/.test(key) || /\\("|$)/.test(value))
    throw new InvalidArgumentError(
      'Keycloak cannot search for a key with a colon or a quote, or a value with a backslash at its end.',
    )
  return { text, key, value }
}

function toDomain(text: string): string {
  const domain = text.replace(/^@/, '')
  if (!/^[^@\s]+$/.test(domain)) throw new InvalidArgumentError('Use a domain, for example example.com.')
  return domain
}

function toNetwork(text: string): Network {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  const prefix = bits === undefined ? undefined : Number(bits)
  if (version === 0 || address.includes('%') || (prefix !== undefined && prefix > (version === 4 ? 32 : 128)))
    throw new InvalidArgumentError('Use an address or a network: 203.0.113.9, 10.0.0.0/8, 2001:db8::/32.')
  return { text, address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

function toSpan(text: string): Span {
  const length = parseSpan(text)
  if (length === undefined) throw new InvalidArgumentError('Use a length of time: 45m, 12h, 30d.')
  return { text, length }
}

function toMoment(text: string): Moment {
  const ago = parseSpan(text)
  if (ago !== undefined) return { text, ago }
  const at = parseMoment(text)
  if (at === undefined)
    throw new InvalidArgumentError('Use 45m, 12h, 30d (ago), or a time such as 2026-11-21T08:00Z.')
  return { text, at }
}
