import { shellQuote } from '../util/shell-quote.ts'
import { audiences } from './audience.ts'
import { keycloakIssuer } from './issuer.ts'
import type { JsonObject } from './json.ts'
import type { Kind } from './kind.ts'

/** What a token says it is about. Said, not proven: see the signature. */
export interface About {
  readonly server: string | null
  readonly realm: string | null
  readonly clientId: string | null
  readonly userId: string | null
  readonly username: string | null
  readonly sessionId: string | null
}

export function aboutToken(kind: Kind, payload: JsonObject): About {
  const issuer = keycloakIssuer(payload.iss)
  return {
    server: issuer?.server ?? text(payload.iss),
    realm: issuer?.realm ?? null,
    clientId: clientOf(kind, payload),
    userId: text(payload.sub),
    username: text(payload.preferred_username) ?? text(payload.username),
    sessionId: sessionOf(payload),
  }
}

function clientOf(kind: Kind, { azp, client_id: id, resource, aud, iss }: JsonObject): string | null {
  if (kind === 'admin-action') return text(resource)
  const named = text(azp) ?? text(id)
  if (named !== null || (kind !== 'logout' && kind !== 'id' && kind !== 'unknown')) return named
  const [only, ...others] = audiences(aud)
  return others.length === 0 && only !== iss ? text(only) : null
}

function sessionOf({ sid, session_state: old, keycloakSessionIds: ids }: JsonObject): string | null {
  if (Array.isArray(ids) && ids.length === 1) return text(ids[0])
  return text(sid) ?? text(old)
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)

/** A command that can be copied, and what it is for. */
export interface SuggestedCommand {
  readonly purpose: string
  readonly command: string
}

/**
 * The commands of kc-logout that fit what a token is about. Words in capitals are for the reader to fill in. Values are
 * quoted for a shell; a value that no command line should carry leaves its command out.
 */
export function suggestCommands(
  about: About,
  { isClaims, payload, fixes }: { isClaims: boolean; payload: JsonObject; fixes: readonly string[] },
): SuggestedCommand[] {
  const server = about.realm === null ? '' : flag(' --server', about.server)
  const realm = about.realm === null ? ' -r REALM' : flag(' -r', about.realm)
  const where = server === undefined || realm === undefined ? undefined : `${realm}${server}`
  if (where === undefined) return []
  const commands: SuggestedCommand[] = []
  const client = about.clientId === null ? undefined : shellQuote(about.clientId)
  if (client !== undefined && !about.clientId?.startsWith('-')) {
    const settings = isClaims
      ? `--preset cumulocity --tenant-url ${tenantUrl(payload) ?? 'https://TENANT'}`
      : fixes.join(' ') || '--backchannel-url https://APPLICATION/LOGOUT-PATH'
    const purpose = isClaims
      ? 'have Cumulocity told of logouts'
      : fixes.length > 0
        ? 'set the client up so that the rules above hold'
        : 'have this client told of logouts'
    commands.push({ purpose, command: `kc-logout configure ${client}${where} ${settings}` })
  }
  const user = about.userId === null ? undefined : shellQuote(about.userId)
  if (user !== undefined && !about.userId?.startsWith('-')) {
    commands.push({ purpose: 'log this person out everywhere', command: `kc-logout user ${user}${where}` })
    const session = flag(' --session', about.sessionId, '=')
    if (session) {
      commands.push({ purpose: 'end this session only', command: `kc-logout user ${user}${where}${session}` })
    }
  }
  return commands
}

/** `--name value`, nothing when there is no value, `undefined` when the value is fit for no command line. */
function flag(name: string, value: string | null, separator = ' '): string | undefined {
  if (value === null) return ''
  const quoted = shellQuote(value)
  return quoted === undefined ? undefined : `${name}${separator}${quoted}`
}

/** Keycloak lists the origins that the client may be called from; the only https one is the tenant. */
function tenantUrl(payload: JsonObject): string | undefined {
  const origins: unknown[] = Array.isArray(payload['allowed-origins']) ? payload['allowed-origins'] : []
  const tenants = origins.filter(
    (each) => typeof each === 'string' && /^https:\/\/[\w.-]+(?::\d+)?$/.test(each),
  )
  return tenants.length === 1 ? String(tenants[0]) : undefined
}
