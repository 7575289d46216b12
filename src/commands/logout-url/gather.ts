import type { Context } from '../../cli/context.ts'
import { usageError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import type { RealmFacts } from './build.ts'

/** What is known of the realm, and its discovery document. */
export interface Gathered extends RealmFacts {
  readonly discovery: Readonly<Record<string, unknown>>
}

/** Reads the realm: with credentials also the client, else only what is public. */
export async function gather(clientId: string | undefined, ctx: Context): Promise<Gathered> {
  const { username, clientSecret, clientKey, clientCert, token, session } = await ctx.settings()
  const canSignIn = username || clientSecret || clientKey || clientCert || token || session
  return canSignIn ? gatherSignedIn(clientId, ctx) : gatherPublic(ctx)
}

async function gatherSignedIn(clientId: string | undefined, ctx: Context): Promise<Gathered> {
  const keycloak = await ctx.keycloak()
  const [discovery, { version }, client] = await Promise.all([
    keycloak.discovery(),
    keycloak.capabilities(),
    clientId === undefined ? undefined : keycloak.findClient(clientId),
  ])
  const clientExists = clientId === undefined ? undefined : client !== undefined
  return { discovery, version, client, clientExists }
}

async function gatherPublic(ctx: Context): Promise<Gathered> {
  const { server, realm } = await ctx.settings()
  if (!server)
    throw usageError('server-missing', 'No server given.', 'Name it: --server https://keycloak.example.com.')
  if (!realm) throw usageError('realm-missing', 'No realm given.', 'Name it: -r customers.')
  const base = server.value.replace(/\/+$/, '')
  const { body } = await ctx.fetchJson(
    `${base}/realms/${encodeURIComponent(realm.value)}/.well-known/openid-configuration`,
  )
  const discovery = isRecord(body) ? body : {}
  return { discovery, version: undefined, client: undefined, clientExists: undefined }
}
