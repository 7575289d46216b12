import pMap from 'p-map'
import type { Context } from '../../cli/context.ts'
import type { Client } from '../../core/model.ts'
import { EXIT, interrupted, UserError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import type { Progress } from '../../ui/output.ts'
import type { Facts, Look, UrlFacts } from './facts.ts'
import type { OpenProbe, Probe } from './probe/probe.ts'
import { isSound } from './rules/url-rules.ts'
import { type UrlToLookAt, urlsToLookAt } from './urls.ts'

export interface CheckUpWish {
  /** Only these; undefined means all. Nobody is looked at twice for one host. */
  readonly choose: (clients: readonly Client[]) => readonly Client[]
  /** Calls the applications too. */
  readonly probe: boolean
}

const WIDTH = 8

/**
 * Reads everything that `doctor` judges, by harmless requests: GETs of Keycloak's, and a look at each URL's host from
 * here. With `probe` Keycloak calls Admin URLs with its own test, and Backchannel Logout URLs get a forged token.
 */
export async function gatherFacts(
  { choose, probe }: CheckUpWish,
  ctx: Context,
  openProbe: OpenProbe,
): Promise<Facts> {
  const keycloak = await ctx.keycloak()
  const [roles, realm, events, clients, server] = await Promise.all([
    rolesOf(ctx),
    keycloak.realmInfo(),
    unlessDenied(keycloak.eventsConfig()),
    unlessDenied(keycloak.clients()),
    serverFacts(keycloak),
  ])
  const chosen = clients && choose(clients)
  const progress = ctx.print.progress()
  try {
    const urls = await lookAtAll(
      urlsToLookAt(chosen ?? []),
      { keycloak, probe, issuer: server.issuer, openProbe },
      ctx,
      progress,
    )
    // A look that was cut short reads as a host that does not answer.
    if (ctx.signal.aborted) throw interrupted(ctx.signal)
    return { now: ctx.now(), server, roles, realm, events, clients: chosen, urls }
  } finally {
    progress.stop()
  }
}

async function rolesOf(ctx: Context): Promise<Facts['roles']> {
  const accounts = await ctx.accounts()
  return (await accounts.whoAmI(await ctx.settings())).roles
}

async function serverFacts(keycloak: Keycloak): Promise<Facts['server']> {
  const [{ version }, { issuer }] = await Promise.all([keycloak.capabilities(), keycloak.discovery()])
  return { url: keycloak.server, version, issuer: typeof issuer === 'string' ? issuer : undefined }
}

/** A missing role is a finding here, not the end. */
async function unlessDenied<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof UserError && error.exitCode === EXIT.denied) return undefined
    throw error
  }
}

interface Means {
  readonly keycloak: Keycloak
  readonly probe: boolean
  readonly issuer: string | undefined
  readonly openProbe: OpenProbe
}

async function lookAtAll(
  wanted: readonly UrlToLookAt[],
  means: Means,
  ctx: Context,
  progress: Progress,
): Promise<UrlFacts[]> {
  if (wanted.length === 0) return []
  const probe = await means.openProbe(ctx)
  // Many clients of a platform share a host: one look is enough for them all.
  const looks = new Map<string, Promise<Look>>()
  const lookAt = (url: string) => {
    const { origin } = new URL(url)
    const look = looks.get(origin) ?? probe.look(url)
    looks.set(origin, look)
    return look
  }
  progress.phase('looking at logout URLs', wanted.length)
  let done = 0
  return pMap(
    wanted,
    async ({ client, use, url }) => {
      const look = await lookAt(url)
      const facts: UrlFacts = {
        clientId: client.clientId,
        use,
        url,
        look,
        ...(means.probe && !ctx.signal.aborted
          ? await probed(client, use, url, look, means, probe, ctx)
          : {}),
      }
      progress.update(++done)
      return facts
    },
    { concurrency: WIDTH },
  )
}

async function probed(
  client: Client,
  use: UrlFacts['use'],
  url: string,
  look: Look,
  { keycloak, issuer }: Means,
  probe: Probe,
  ctx: Context,
): Promise<Pick<UrlFacts, 'answer' | 'tested' | 'untried'>> {
  if (use === 'admin') return tested(keycloak, client)
  if (!isSound(look, ctx.now())) return {}
  if (issuer === undefined) return { untried: { why: 'no-issuer', detail: 'no issuer' } }
  return { answer: await probe.challenge(url, { issuer, clientId: client.clientId, now: ctx.now() }) }
}

/** Keycloak's own call. That it fails for one client must not hide what was found at the others. */
async function tested(keycloak: Keycloak, { id }: Client): Promise<Pick<UrlFacts, 'tested' | 'untried'>> {
  try {
    return { tested: await keycloak.testNodes(id) }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const { exitCode, message: detail } = error
    if (exitCode === EXIT.denied) return { untried: { why: 'no-role', detail } }
    if (exitCode === EXIT.failed) return { untried: { why: 'server-failed', detail } }
    throw error
  }
}
