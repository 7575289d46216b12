import type { Client } from '../../core/model.ts'
import { kcLogout } from '../../util/shown-command.ts'
import { formatTime } from '../../util/time.ts'
import { audiences } from '../audience.ts'
import type { JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import { hasLogoutEvent, type Kind } from '../kind.ts'
import { broken, type Departure, note, quote, type Rule, type RuleResult, skip } from './rule.ts'
import { resultOf } from './run.ts'

/** A fact of the realm, or why it is unknown. */
export type OnlineAnswer<T> = { readonly value: T } | { readonly unknown: string }

/** The realm's present state concerning a token. */
export interface OnlineFacts {
  readonly session: OnlineAnswer<'online' | 'offline' | 'gone'>
  /** Seconds since the epoch; 0 if none is set. */
  readonly notBefore: Readonly<Record<Level, OnlineAnswer<number>>>
  readonly client: OnlineAnswer<Client | undefined>
  readonly user: OnlineAnswer<{ readonly username: string; readonly enabled: boolean } | undefined>
  /** The current signature algorithm for this client's logout and ID tokens. */
  readonly alg: string | undefined
  readonly encrypted: boolean | undefined
  /** What introspection says, and the client that asked. */
  readonly introspection: OnlineAnswer<{ readonly clientId: string; readonly active: boolean }>
  /** The stored event that belongs to the token, in words. */
  readonly event: OnlineAnswer<string | undefined>
}

/** Why the realm was not asked about a token. */
export interface NotAsked {
  readonly notAsked: string
}

/** The kinds that report a logout: their session should be gone. */
const ABOUT_LOGOUTS: readonly Kind[] = ['logout', 'admin-action', 'security-event']

const LEVELS = ['realm', 'client', 'user'] as const
type Level = (typeof LEVELS)[number]

interface OnlineSubject extends OfToken {
  readonly facts: OnlineFacts
}

interface OfToken {
  readonly kind: Kind
  readonly header: JsonObject
  readonly payload: JsonObject
}

/** Checks a known fact; an unknown one skips the rule. */
const ifKnown = <T>(fact: OnlineAnswer<T>, judge: (value: T) => true | Departure): true | Departure =>
  'value' in fact ? judge(fact.value) : skip(`not known: ${fact.unknown}`)

/** The rules of `--online`: whether the realm still accepts this token. */
export const ONLINE_RULES: readonly Rule<OnlineSubject>[] = [
  {
    id: 'O01',
    level: 'must',
    reference: 'Keycloak TokenManager',
    claim: 'sid',
    holds: 'Its session is active.',
    why: 'Keycloak refuses tokens of a session that has ended; applications that never ask Keycloak do not notice.',
    fix: 'Sign in again.',
    check: ({ kind, facts }) =>
      ifKnown(facts.session, (session) => {
        if (!ABOUT_LOGOUTS.includes(kind)) {
          return session === 'gone'
            ? broken('Its session has ended.', { expected: 'a session', actual: 'none' })
            : true
        }
        return session === 'gone'
          ? { status: 'pass', message: 'Its session has ended.' }
          : note('Its session is still active.', {
              expected: 'no session',
              actual: session,
              fix: 'The user may have signed in again, or the logout failed: kc-logout user',
            })
      }),
  },
  {
    id: 'O02',
    level: 'must',
    reference: 'Keycloak TokenVerifier (NotBeforeCheck)',
    claim: 'iat',
    holds: 'It is newer than every not-before.',
    why: 'Keycloak refuses tokens that were issued before the not-before of realm, client or user ("Stale token").',
    fix: 'Sign in again.',
    check: ({ kind, payload: { iat }, facts: { notBefore, client } }) => {
      if (ABOUT_LOGOUTS.includes(kind)) return skip('It does not apply to logout tokens.')
      if (typeof iat !== 'number') return skip('It has no iat.')
      const known = LEVELS.flatMap((level) => {
        const asked = notBefore[level]
        return 'value' in asked ? [{ level, at: asked.value }] : []
      })
      const stale = known.filter(({ at }) => iat < at)
      if (stale.length === 0) return notBeforeUnknown(notBefore) ?? true
      return broken(
        `It was issued before the not-before of the ${stale.map(({ level }) => level).join(' and the ')}.`,
        {
          expected: `issued after ${formatTime(Math.max(...stale.map(({ at }) => at)))}`,
          actual: formatTime(iat),
          fix: undoNotBefore(
            stale.map(({ level }) => level),
            client,
          ),
        },
      )
    },
  },
  {
    id: 'O03',
    level: 'must',
    reference: 'Keycloak ClientModel.isEnabled',
    claim: 'azp',
    holds: 'Its client exists and is enabled.',
    why: 'Keycloak refuses requests of a disabled or deleted client, and does not notify it.',
    fix: 'Enable the client.',
    check: ({ facts }) =>
      ifKnown(facts.client, (client) => {
        if (!client) return broken('The realm has no such client.', { expected: 'a client' })
        return client.enabled
          ? true
          : broken('Its client is disabled.', { expected: 'enabled', actual: 'disabled' })
      }),
  },
  {
    id: 'O04',
    level: 'must',
    reference: 'Keycloak UserModel.isEnabled',
    claim: 'sub',
    holds: 'The user exists and is enabled.',
    why: 'Keycloak refuses tokens of disabled or deleted users.',
    fix: 'Enable the account.',
    check: ({ kind, facts }) =>
      ifKnown(facts.user, (user) => {
        const judge = ABOUT_LOGOUTS.includes(kind) ? note : broken
        if (!user) return judge('The realm has no such user (or sub is pairwise).', { expected: 'a user' })
        return user.enabled
          ? true
          : judge(`${user.username} is disabled.`, { expected: 'enabled', actual: 'disabled' })
      }),
  },
  {
    id: 'O05',
    level: 'should',
    reference: 'Keycloak OIDCLoginProtocol.backchannelLogout',
    holds: "The client's current settings produce such a token.",
    why: 'Changed settings explain why other deliveries look different or are missing.',
    fix: 'kc-logout configure CLIENT --check',
    check: ({ kind, header, payload, facts }) =>
      kind !== 'logout'
        ? skip('It is not a logout token.')
        : ifKnown(facts.client, (client) => {
            if (!client) return skip('The realm has no such client.')
            const differs = differences(client, header, payload, facts.alg)
            return differs.length === 0 ? true : broken(`${differs.join('; ')}.`)
          }),
  },
  {
    id: 'O06',
    level: 'may',
    reference: 'Keycloak events',
    holds: 'Keycloak stored its event.',
    why: 'It says who logged the user out, and from where.',
    fix: 'kc-logout events --enable stores them from now on.',
    check: ({ kind, facts }) =>
      !ABOUT_LOGOUTS.includes(kind)
        ? skip('It is not about a logout.')
        : ifKnown(facts.event, (event) =>
            event === undefined ? skip('No stored event matches it.') : { status: 'pass', message: event },
          ),
  },
  {
    id: 'O07',
    level: 'must',
    reference: 'RFC 7662; Keycloak TokenIntrospectionEndpoint',
    holds: 'Introspection says that it is active.',
    why: 'Keycloak checks signature, expiry, session and not-before. It does not say whether an API accepts the token.',
    fix: 'Sign in again.',
    check: ({ kind, payload, facts }) =>
      !INTROSPECTED.includes(kind)
        ? skip('Introspection is for access, refresh and offline tokens.')
        : ifKnown(facts.introspection, ({ clientId, active }) => {
            if (active)
              return { status: 'pass', message: `Introspection by ${clientId} says that it is active.` }
            const open = leftOpen(kind, payload, clientId)
            return open === undefined
              ? broken(
                  'Introspection says that it is not active: it has expired, was changed or its session ended.',
                  {
                    expected: 'active',
                    actual: 'not active',
                  },
                )
              : skip(`not known: introspection by ${clientId} says that it is not active. ${open}`)
          }),
  },
]

/** The kinds that introspection is asked about. */
const INTROSPECTED: readonly Kind[] = ['access', 'refresh', 'offline', 'opaque']

/** Why "not active" may have another reason than the token: Keycloak 26.7.4 says it of tokens for other clients, too. */
function leftOpen(kind: Kind, { azp, aud }: JsonObject, clientId: string): string | undefined {
  if (kind === 'opaque') return 'Keycloak issues no opaque tokens; ask the server that issued it.'
  if (kind === 'access')
    return audiences(aud).includes(clientId)
      ? undefined
      : `Keycloak since 26.6 says that of every token without ${clientId} in its aud.`
  return azp === clientId
    ? undefined
    : `Keycloak says that of every refresh token of another client; sign in with ${quote(azp)}.`
}

/** A user's not-before cannot be cleared; a new sign-in is enough. */
function undoNotBefore(levels: readonly Level[], client: OnlineFacts['client']): string {
  const clientId = 'value' in client ? client.value?.clientId : undefined
  const commands = [
    ...(levels.includes('realm') ? ['kc-logout not-before clear'] : []),
    ...(levels.includes('client') && clientId !== undefined
      ? [kcLogout`not-before clear --client ${clientId}`]
      : []),
  ]
  if (levels.includes('user')) return "Sign in again. A user's not-before cannot be cleared."
  return commands.length === 0 ? 'Sign in again.' : `Sign in again, or undo it: ${commands.join('; ')}`
}

/** Skips the rule if a not-before is unknown: that one may be later than the token. */
function notBeforeUnknown(notBefore: OnlineFacts['notBefore']): Departure | undefined {
  const unknown = LEVELS.flatMap((level) => {
    const asked = notBefore[level]
    return 'unknown' in asked ? [`the not-before of the ${level} (${asked.unknown.replace(/\.$/, '')})`] : []
  })
  return unknown.length === 0 ? undefined : skip(`not known: ${unknown.join(', ')}.`)
}

function differences(
  client: Client,
  header: JsonObject,
  payload: JsonObject,
  alg: string | undefined,
): string[] {
  const revokes = isObject(payload.events) && Object.hasOwn(payload.events, 'revoke_offline_access')
  const differs: string[] = []
  if (!client.backchannelLogoutUrl) differs.push('the client has no Backchannel Logout URL')
  if (client.frontchannelLogout) differs.push('its front channel logout is on, so Keycloak sends it nothing')
  if (client.backchannelLogoutSessionRequired !== (payload.sid !== undefined)) {
    differs.push(
      client.backchannelLogoutSessionRequired ? 'it now requires a sid' : 'it no longer requires a sid',
    )
  }
  if (hasLogoutEvent(payload) && client.backchannelLogoutRevokeOfflineTokens !== revokes) {
    differs.push(revokes ? 'it no longer revokes offline sessions' : 'it now revokes offline sessions')
  }
  if (alg !== undefined && alg !== header.alg) differs.push(`its tokens are now signed with ${quote(alg)}`)
  return differs
}

/** Checks the rules of `--online`; all are skipped if the realm was not asked. */
export const checkOnline = (token: OfToken, facts: OnlineFacts | NotAsked, strict: boolean): RuleResult[] =>
  ONLINE_RULES.map((rule) =>
    resultOf(rule, 'notAsked' in facts ? skip(facts.notAsked) : rule.check({ ...token, facts }), strict),
  )
