import pMap from 'p-map'
import type { Context } from '../../cli/context.ts'
import type { Client } from '../../core/model.ts'
import { ROLES, type RolesHeld } from '../../core/roles.ts'
import { EXIT, interrupted, UserError } from '../../errors.ts'
import { readClientSight } from '../../keycloak/client-sight.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { unlessDenied } from '../../keycloak/unless-denied.ts'
import type { Facts, Look, UrlFacts } from './facts.ts'
import type { OpenProbe, Probe } from './probe/probe.ts'
import { isSound } from './rules/url-rules.ts'
import { type UrlToCheck, urlsToCheck } from './urls.ts'

/** What `doctor` is to check. */
export interface CheckRequest {
  /** The clients to check, of all. */
  readonly choose: (clients: readonly Client[]) => readonly Client[]
  /** Call the applications, too. */
  readonly probe: boolean
}

const WIDTH = 8

/**
 * Reads everything that the rules of `doctor` need: GETs to Keycloak, and a connection from here to each URL's host. With
 * `probe` Keycloak calls Admin URLs with its own test, and Backchannel Logout URLs get a forged token.
 */
export async function gather(
  { choose, probe }: CheckRequest,
  ctx: Context,
  openProbe: OpenProbe,
): Promise<Facts> {
  const keycloak = (await ctx.keycloak()).atOneMoment()
  // A missing role is a finding and no reason to stop.
  const [roles, realm, events, clients, providers, server] = await Promise.all([
    rolesOf(keycloak),
    keycloak.realmInfo(),
    unlessDenied(keycloak.eventsConfig()),
    unlessDenied(keycloak.clients()),
    unlessDenied(keycloak.identityProviders()),
    serverFacts(keycloak),
  ])
  const chosen = clients && choose(clients)
  const sight = clients && chosen === clients ? await readClientSight(clients, keycloak) : undefined
  const run = { keycloak, probe, issuer: server.issuer, ctx }
  const urls = await checkUrls(urlsToCheck(chosen ?? []), run, openProbe)
  // A check that was cut short looks like a host that does not answer.
  if (ctx.signal.aborted) throw interrupted(ctx.signal)
  return { now: ctx.now(), server, roles, realm, events, clients: chosen, sight, providers, urls }
}

async function rolesOf(keycloak: Keycloak): Promise<RolesHeld> {
  const held = await Promise.all(ROLES.map(async (role) => [role, await keycloak.hasRole(role)] as const))
  return Object.fromEntries(held.filter(([, has]) => has !== undefined))
}

async function serverFacts(keycloak: Keycloak): Promise<Facts['server']> {
  const [{ version, tracesCalls, logNamesSession }, { issuer }] = await Promise.all([
    keycloak.capabilities(),
    keycloak.discovery(),
  ])
  return {
    url: keycloak.server,
    version,
    tracesCalls,
    logNamesSession,
    issuer: typeof issuer === 'string' ? issuer : undefined,
  }
}

interface Run {
  readonly keycloak: Keycloak
  readonly probe: boolean
  readonly issuer: string | undefined
  readonly ctx: Context
}

async function checkUrls(
  urls: readonly UrlToCheck[],
  run: Run,
  openProbe: OpenProbe,
): Promise<readonly UrlFacts[]> {
  if (urls.length === 0) return []
  const { ctx } = run
  const probe = await openProbe(ctx)
  const progress = ctx.print.progress()
  progress.phase('checking logout URLs', urls.length)
  let done = 0
  try {
    return await pMap(
      urls,
      async (url): Promise<UrlFacts> => {
        const look = await probe.look(url.url)
        const more = run.probe && !ctx.signal.aborted ? await probed(url, look, probe, run) : {}
        progress.update(++done)
        return { clientId: url.client.clientId, use: url.use, url: url.url, look, ...more }
      },
      { concurrency: WIDTH },
    )
  } finally {
    progress.stop()
  }
}

type Probed = Pick<UrlFacts, 'answer' | 'tested' | 'notProbed'>

async function probed(
  { client, use, url }: UrlToCheck,
  look: Look,
  probe: Probe,
  { keycloak, issuer, ctx }: Run,
): Promise<Probed> {
  if (use === 'admin') return tested(keycloak, client)
  if (!isSound(look, ctx.now())) return {}
  if (issuer === undefined) return { notProbed: { why: 'no-issuer', detail: 'no issuer' } }
  return { answer: await probe.challenge(url, { issuer, clientId: client.clientId, now: ctx.now() }) }
}

/** Keycloak's own test call. If it fails for one client, the other clients are still checked. */
async function tested(keycloak: Keycloak, { id }: Client): Promise<Probed> {
  try {
    return { tested: await keycloak.testNodes(id) }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const { exitCode, message: detail } = error
    if (exitCode === EXIT.denied) return { notProbed: { why: 'no-role', detail } }
    if (exitCode === EXIT.failed) return { notProbed: { why: 'server-failed', detail } }
    throw error
  }
}
