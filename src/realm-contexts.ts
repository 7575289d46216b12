import type { Context, RealmOfSeveral, SeveralRealms } from './cli/context.ts'
import { chooseRealms, lastIs } from './cli/realms/choose-realms.ts'
import { checkedRealm } from './config/checks.ts'
import type { RealmChoice } from './config/global-options.ts'
import { usageError } from './errors.ts'
import type { OpenServer } from './keycloak/open.ts'
import { once } from './util/once.ts'
import { kcLogout } from './util/shown-command.ts'

interface RealmContextDeps {
  /** The context of the command line; its target realm is not used. */
  readonly base: Omit<Context, 'several'>
  /** Opens the server and signs in. @param until aborts its requests */
  openServer(until: AbortSignal): Promise<OpenServer>
  /** The parts of a context that depend on the connection, with another profile. */
  withProfile(name: string): Partial<Context>
}

/** The contexts of several realms: one sign-in serves all of them, except where each has a profile. */
export function realmContexts(choice: RealmChoice, deps: RealmContextDeps): SeveralRealms {
  if (choice.by === '--profile')
    return {
      by: choice.by,
      open: async () => ({ realms: await ofProfiles(choice.profiles, deps), visible: undefined }),
    }
  const server = once(() => deps.openServer(deps.base.signal))
  const afterwards = once(() => deps.openServer(new AbortController().signal))
  const realmOf = (name: string): RealmOfSeveral => ({
    name,
    ctx: {
      ...deps.base,
      several: undefined,
      settings: async () => ({ ...(await deps.base.settings()), realm: { value: name, source: choice.by } }),
      keycloak: once(async () => (await server()).realm(name)),
      keycloakAfterwards: once(async () => (await afterwards()).realm(name)),
    },
  })
  return {
    by: choice.by,
    async open() {
      const loginRealm = (await deps.base.settings()).loginRealm.value
      if (choice.by === '-r') {
        for (const name of choice.names) checkedRealm({ value: name, source: '--realm' })
        return { realms: lastIs(choice.names, loginRealm).map(realmOf), visible: undefined }
      }
      const visible = await (await server()).visibleRealms()
      return { realms: chooseRealms(choice, visible, loginRealm).map(realmOf), visible: visible.length }
    },
  }
}

async function ofProfiles(
  profiles: readonly string[],
  { base, withProfile }: RealmContextDeps,
): Promise<RealmOfSeveral[]> {
  const realms: RealmOfSeveral[] = []
  for (const profile of profiles) {
    const ctx: Context = { ...base, several: undefined, ...withProfile(profile) }
    const name = (await ctx.settings()).realm?.value
    if (name === undefined)
      throw usageError(
        'no-realm',
        `Profile ${profile} has no target realm.`,
        `Store one: ${kcLogout`login --profile ${profile} -r REALM`}`,
      )
    if (realms.some((realm) => realm.name === name))
      throw usageError(
        'realm-twice',
        `Two of the profiles have the realm ${name}.`,
        'Name one profile for each realm.',
      )
    realms.push({ name, ctx })
  }
  return realms
}
