import { type DesiredSettings, FIELDS, type Field } from '../../client-settings/settings.ts'
import { isRecord } from '../../util/is-record.ts'
import { ownProperty } from '../../util/own-property.ts'
import { didYouMean } from '../../util/suggest.ts'

export interface ClientRequest {
  readonly clientId: string
  readonly desired: DesiredSettings
}

export interface SettingsFile {
  readonly realm: string | undefined
  readonly clients: readonly ClientRequest[]
}

/** What is wrong with a file, and where: `clients[2] ("shop"): …`. */
export interface FileProblem {
  readonly message: string
  readonly hint?: string
}

const URL_FIELDS: ReadonlySet<Field> = new Set(['backchannelLogoutUrl', 'adminUrl'])
/** Names that Keycloak or our own flags give the same thing. */
const OTHER_NAMES: Record<string, string> = {
  'backchannel-url': 'backchannelLogoutUrl',
  'session-required': 'backchannelLogoutSessionRequired',
  'revoke-offline': 'backchannelLogoutRevokeOfflineTokens',
  id: 'clientId',
  name: 'clientId',
}

/**
 * Reads a parsed YAML or JSON document as settings of many clients. Nothing is guessed: every key and type that is not
 * the contract's is a problem, all of them are found, and with one the file counts as nothing. URLs are not checked here.
 */
export function readSettingsFile(document: unknown): SettingsFile | { problems: FileProblem[] } {
  const problems: FileProblem[] = []
  const problem = (message: string, hint?: string) => {
    problems.push(hint === undefined ? { message } : { message, hint })
  }
  if (!isRecord(document))
    return { problems: [{ message: `holds ${kindOf(document)} where "clients:" is expected`, hint: SHAPE }] }

  unknownKeys(document, ['schemaVersion', 'realm', 'clients'], '', problem)
  const { realm, clients, schemaVersion } = document
  if (schemaVersion !== undefined && schemaVersion !== 1)
    problem('schemaVersion is not 1', 'It was written by another version of kc-logout.')
  if (realm !== undefined && (typeof realm !== 'string' || realm === ''))
    problem(`realm is ${kindOf(realm)}, not a name`, quoteHint(realm))
  if (!Array.isArray(clients) || clients.length === 0) {
    problem(
      clients === undefined
        ? '"clients:" is missing'
        : `clients is ${Array.isArray(clients) ? 'an empty list' : kindOf(clients)}`,
      SHAPE,
    )
    return { problems }
  }

  const seen = new Map<string, number>()
  const desired = clients.map((entry: unknown, index) => {
    const client = readClient(entry, index, problem)
    const earlier = seen.get(client.clientId)
    if (client.clientId !== '' && earlier !== undefined)
      problem(
        `clients[${index}]: ${JSON.stringify(client.clientId)} was already given by clients[${earlier}]`,
      )
    else seen.set(client.clientId, index)
    return client
  })
  return problems.length > 0
    ? { problems }
    : { realm: typeof realm === 'string' ? realm : undefined, clients: desired }
}

type Report = (message: string, hint?: string) => void

function readClient(entry: unknown, index: number, problem: Report): ClientRequest {
  const nowhere = { clientId: '', desired: {} }
  if (!isRecord(entry)) {
    problem(`clients[${index}] is ${kindOf(entry)}, not a client`, SHAPE)
    return nowhere
  }
  const { clientId } = entry
  const named = typeof clientId === 'string' && clientId !== ''
  const where = `clients[${index}]${named ? ` (${JSON.stringify(clientId)})` : ''}`
  if (!named)
    problem(
      clientId === undefined
        ? `${where}: clientId is missing`
        : `${where}: clientId is ${kindOf(clientId)}, not a name`,
      quoteHint(clientId),
    )
  unknownKeys(entry, ['clientId', ...FIELDS], `${where}: `, problem)
  const desired: Record<string, unknown> = {}
  for (const field of FIELDS) {
    if (!Object.hasOwn(entry, field)) continue
    const value = entry[field]
    const fits = URL_FIELDS.has(field)
      ? value === null || typeof value === 'string'
      : typeof value === 'boolean'
    if (fits && value !== 'none') desired[field] = value
    else if (URL_FIELDS.has(field))
      problem(
        `${where}: ${field} is ${value === 'none' ? 'the word none' : kindOf(value)}, not a URL`,
        'Write null to remove it.',
      )
    else problem(`${where}: ${field} is ${kindOf(value)}, not true or false`)
  }
  return { clientId: named ? clientId : '', desired: desired as DesiredSettings }
}

function unknownKeys(
  record: Record<string, unknown>,
  known: readonly string[],
  where: string,
  problem: Report,
) {
  for (const key of Object.keys(record)) {
    if (known.includes(key)) continue
    const other = ownProperty(OTHER_NAMES, key)
    const meant = other && known.includes(other) ? other : didYouMean(key, known)
    problem(
      `${where}unknown key ${JSON.stringify(key)}`,
      meant
        ? `Did you mean ${meant}?`
        : `Known are ${known.filter((k) => k !== 'schemaVersion').join(', ')}.`,
    )
  }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (value === '') return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a group of keys'
  if (typeof value === 'string') return 'text'
  return `${typeof value === 'bigint' ? 'number' : typeof value} ${String(value)}`
}

const quoteHint = (value: unknown) =>
  typeof value === 'number' || typeof value === 'boolean' ? `Write it in quotes: "${value}".` : undefined

const SHAPE = 'The form is that of `kc-logout configure --export`.'
