import { shellQuote } from '../util/shell-quote.ts'
import { kcLogout } from '../util/shown-command.ts'
import { audiences } from './audience.ts'
import { keycloakIssuer } from './issuer.ts'
import type { JsonObject } from './json.ts'
import type { Kind } from './kind.ts'
import { userAndSession } from './security-event.ts'

/** What a token claims to be about. Unproven unless its signature is valid. */
export interface About {
  readonly server: string | null
  readonly realm: string | null
  readonly clientId: string | null
  readonly userId: string | null
  readonly username: string | null
  readonly sessionId: string | null
}

/** Returns what a token of this kind claims to be about. */
export function aboutToken(kind: Kind, payload: JsonObject): About {
  // A client assertion names the realm as its audience.
  const realm =
    kind === 'client-assertion' ? audiences(payload.aud).map(keycloakIssuer).find(Boolean) : undefined
  const issuer = realm ?? keycloakIssuer(payload.iss)
  const event = kind === 'security-event' ? userAndSession(payload) : undefined
  return {
    server: issuer?.server ?? (kind === 'client-assertion' ? null : text(payload.iss)),
    realm: issuer?.realm ?? null,
    clientId: clientOf(kind, payload),
    userId: kind === 'client-assertion' ? null : (event?.user ?? text(payload.sub)),
    username: text(payload.preferred_username) ?? text(payload.username),
    sessionId: event?.session ?? sessionOf(payload),
  }
}

/** The kinds whose audience is a client. */
const FOR_CLIENTS: readonly Kind[] = ['logout', 'id', 'security-event', 'unknown']

function clientOf(kind: Kind, { azp, client_id: id, resource, aud, iss, sub }: JsonObject): string | null {
  if (kind === 'admin-action') return text(resource)
  if (kind === 'client-assertion') return text(sub)
  const named = text(azp) ?? text(id)
  if (named !== null || !FOR_CLIENTS.includes(kind)) return named
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
 * Returns the kc-logout commands that fit a token. Words in capitals are placeholders for the reader. A command is left
 * out if one of its values cannot be pasted into a shell.
 */
export function suggestCommands(
  { server, realm, clientId, userId, sessionId }: About,
  { isClaims, payload, fixes }: { isClaims: boolean; payload: JsonObject; fixes: readonly string[] },
): SuggestedCommand[] {
  const isShowable = [realm, realm === null ? null : server].every(
    (each) => each === null || canBePasted(each),
  )
  if (!isShowable) return []
  const flags =
    realm === null ? ['-r', 'REALM'] : ['-r', realm, ...(server === null ? [] : ['--server', server])]
  const commands: SuggestedCommand[] = []
  if (isArgument(clientId)) {
    const settings = isClaims
      ? ['--preset', 'cumulocity', '--tenant-url', tenantUrl(payload) ?? 'https://TENANT']
      : fixes.length > 0
        ? fixes
        : ['--backchannel-url', 'https://APPLICATION/LOGOUT-PATH']
    const purpose = isClaims
      ? 'notify Cumulocity of logouts'
      : fixes.length > 0
        ? 'change the client so that the rules above hold'
        : 'notify this client of logouts'
    commands.push({ purpose, command: kcLogout`configure ${clientId} ${flags} ${settings}` })
  }
  if (isArgument(userId)) {
    commands.push({ purpose: 'log this user out everywhere', command: kcLogout`user ${userId} ${flags}` })
    if (sessionId !== null && canBePasted(sessionId)) {
      const command = kcLogout`user ${userId} ${flags} --session=${sessionId}`
      commands.push({ purpose: 'end this session only', command })
    }
  }
  return commands
}

const canBePasted = (value: string) => shellQuote(value) !== undefined

/** Whether a value can be a positional argument; one that begins with a hyphen reads as an option. */
const isArgument = (value: string | null): value is string =>
  value !== null && !value.startsWith('-') && canBePasted(value)

/** The tenant's URL: the only https origin in `allowed-origins`. */
function tenantUrl(payload: JsonObject): string | undefined {
  const origins: unknown[] = Array.isArray(payload['allowed-origins']) ? payload['allowed-origins'] : []
  const tenants = origins.filter(
    (each) => typeof each === 'string' && /^https:\/\/[\w.-]+(?::\d+)?$/.test(each),
  )
  return tenants.length === 1 ? String(tenants[0]) : undefined
}
