import type { Role } from '../../core/roles.ts'
import { EXIT, type ExitCode, UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import { type Json, kindOf, texts } from '../http/json.ts'
import type { Calls } from './call.ts'
import type { ServerInfo } from './server-info.ts'

/** What the caller may do in the target realm. */
export interface CallerRoles {
  /**
   * May the caller do what this role allows, for all users, clients or settings of the realm? Undefined where neither
   * the token nor harmless reads tell. Sends GETs only, each at most once. Fine-grained admin permissions can allow
   * for single users or clients what this denies: see `access` of each.
   */
  hasRole(role: Role): Promise<boolean | undefined>
}

interface RolesDeps {
  readonly calls: Calls
  readonly server: Pick<ServerInfo, 'description'>
  /** The list of all clients is read anyway, once, so that no sample of it is wanted. */
  readonly readsAllClients?: boolean
  readonly token: { claims(): Promise<Json> }
  readonly realm: string
  readonly loginRealm: string
}

/** Bytes; as of the list of all clients. */
const LARGEST = 256 * 1024 * 1024
/** Users and clients that are looked at for their `access`. */
const SAMPLE = 20

/**
 * Finds the roles of the caller. Roles in the access token come first; lightweight tokens (those of admin-cli) name
 * none, so the rest is told from reads. Seen on 26.7.4, one role at a time.
 */
export function createCallerRoles(deps: RolesDeps): CallerRoles {
  const reads = new Reads(deps)
  const probes: Readonly<Record<Role, () => Promise<boolean | undefined>>> = {
    'view-realm': () => viewsRealm(reads),
    'view-events': async () => isAllowed(await reads.get('/events/config')),
    'view-clients': () => viewsClients(reads),
    'view-users': () => viewsUsers(reads),
    'manage-users': async () => managesAll(await reads.users(), 'manage', reads),
    'manage-clients': () => managesClients(reads),
    'manage-realm': () => managesRealm(reads),
    'manage-events': async () => (isAllowed(await reads.get('/events/config')) === false ? false : undefined),
  }
  return {
    async hasRole(role) {
      const named = rolesInToken(await deps.token.claims(), deps)
      if (named?.has(role) || named?.has(role.replace('view-', 'manage-'))) return true
      const isGrantedOtherwise = role.endsWith('-users') || role.endsWith('-clients')
      if (named && !isGrantedOtherwise) return false
      return probes[role]()
    },
  }
}

const REFUSED = Symbol('refused')

/** A failure that says nothing about roles. */
class NoAnswer {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}
type Answer = unknown | typeof REFUSED | NoAnswer

const isAllowed = (answer: Answer): boolean | undefined =>
  answer instanceof NoAnswer ? undefined : answer !== REFUSED

/** GETs of the realm, each sent once. */
class Reads {
  readonly #calls: Calls
  readonly #server: RolesDeps['server']
  readonly #clients: Record<string, string>
  readonly #sent = new Map<string, Promise<Answer>>()

  constructor({ calls, server, readsAllClients = false }: RolesDeps) {
    this.#calls = calls
    this.#server = server
    this.#clients = readsAllClients ? {} : { first: '0', max: String(SAMPLE) }
  }

  get(path: string, query: Record<string, string> = {}): Promise<Answer> {
    const whole = `/admin/realms/{realm}${path}`
    const call = { method: 'GET', path: whole, what: 'checking the roles', role: undefined } as const
    const send = () => this.#calls.own({ ...call, maxBytes: LARGEST }, { query })
    return this.#once(`${path}?${new URLSearchParams(query)}`, send)
  }

  users = (): Promise<Answer> => this.get('/users', { first: '0', max: String(SAMPLE) })
  clients = (): Promise<Answer> => this.get('/clients', this.#clients)
  serverInfo = (): Promise<Answer> => this.#once('the server', () => this.#server.description())

  #once(key: string, send: () => Promise<unknown>): Promise<Answer> {
    const sent = this.#sent.get(key) ?? answered(send())
    this.#sent.set(key, sent)
    return sent
  }
}

async function answered(sent: Promise<unknown>): Promise<Answer> {
  try {
    const answer = await sent
    return typeof answer === 'object' ? answer : new NoAnswer(kindOf(answer))
  } catch (error) {
    if (!(error instanceof UserError) || error.code === 'unauthorized' || STOPS.has(error.exitCode))
      throw error
    return error.exitCode === EXIT.denied ? REFUSED : new NoAnswer(error.message)
  }
}

/** Exit codes of failures that no other request would avoid. */
const STOPS: ReadonlySet<ExitCode> = new Set([
  EXIT.unreachable,
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.hungUp,
])

/** Without the role the realm is refused, or has neither its settings nor an id. */
async function viewsRealm(reads: Reads): Promise<boolean | undefined> {
  const realm = await reads.get('')
  return isAllowed(realm) === true ? hasId(realm) : isAllowed(realm)
}

const hasId = (realm: Answer): realm is Json => isRecord(realm) && typeof realm.id === 'string'

/** Initial access tokens may be listed only by those who may see all clients. */
async function viewsClients(reads: Reads): Promise<boolean | undefined> {
  const clients = await reads.clients()
  // A realm always has clients: an empty list means that the caller may see none.
  const isAnswered = isAllowed(clients)
  if (!isAnswered) return isAnswered
  return entries(clients).length === 0
    ? false
    : isAllowed(await reads.get('/clients-initial-access')) || undefined
}

async function managesClients(reads: Reads): Promise<boolean | undefined> {
  const clients = await reads.clients()
  if (isAllowed(clients) === true && entries(clients).length === 0) return false
  return managesAll(clients, 'configure', reads)
}

/** query-users alone is answered with an empty list, and fine-grained permissions with a part of it. */
async function viewsUsers(reads: Reads): Promise<boolean | undefined> {
  const users = await reads.users()
  if (isAllowed(users) === false) return false
  return entries(users).length > 0 && (await isFineGrained(reads)) === false ? true : undefined
}

/** With the role every entry can be managed; without it, fine-grained permissions can allow it for some. */
async function managesAll(
  answer: Answer,
  right: 'manage' | 'configure',
  reads: Reads,
): Promise<boolean | undefined> {
  if (isAllowed(answer) === false) return false
  const rights = entries(answer).map(({ access }) => (isRecord(access) ? access[right] : undefined))
  if (rights.length === 0) return undefined
  if (rights.every((value) => value === false)) return false
  if (!rights.every((value) => value === true)) return undefined
  return (await isFineGrained(reads)) === false ? true : undefined
}

/** Organizations are shown only to those who may manage the realm, or organizations (26.7.4). */
async function managesRealm(reads: Reads): Promise<boolean | undefined> {
  const organizations = await reads.get('/organizations', { first: '0', max: '1' })
  if (isAllowed(organizations) === false) return false
  const reason = organizations instanceof NoAnswer ? organizations.reason : ''
  const isShown = Array.isArray(organizations) || /not enabled/i.test(reason)
  const info = await reads.serverInfo()
  const version = isRecord(info) && isRecord(info.systemInfo) ? info.systemInfo.version : undefined
  return isShown && typeof version === 'string' ? true : undefined
}

/** Are fine-grained admin permissions on, in version 1 for the server or in version 2 for the realm? */
async function isFineGrained(reads: Reads): Promise<boolean | undefined> {
  const second = await hasPermissionsOfVersion2(reads)
  if (second !== false) return second
  const info = await reads.serverInfo()
  if (!isRecord(info)) return undefined
  if (Array.isArray(info.features))
    return info.features.some((one) => isRecord(one) && one.name === FIRST_VERSION && one.enabled === true)
  const disabled = isRecord(info.profileInfo) ? info.profileInfo.disabledFeatures : undefined
  return Array.isArray(disabled) ? !disabled.includes(FIRST_VERSION) : undefined
}

const FIRST_VERSION = 'ADMIN_FINE_GRAINED_AUTHZ'

async function hasPermissionsOfVersion2(reads: Reads): Promise<boolean | undefined> {
  const realm = await reads.get('')
  if (hasId(realm)) return realm.adminPermissionsEnabled === true
  if ((await viewsClients(reads)) !== true) return undefined
  const found = await reads.get('/clients', { clientId: 'admin-permissions' })
  return entries(found).length > 0
}

const entries = (answer: Answer): Json[] => (Array.isArray(answer) ? answer.filter(isRecord) : [])

/** The roles in the token for this realm; undefined where it names none at all (lightweight tokens). */
function rolesInToken(claims: Json, { realm, loginRealm }: RolesDeps): Set<string> | undefined {
  if (!isRecord(claims.resource_access)) return undefined
  const client = realm === loginRealm && realm !== 'master' ? 'realm-management' : `${realm}-realm`
  const access = claims.resource_access[client]
  return new Set(isRecord(access) ? texts(access.roles) : [])
}
