import type { Client } from '../../core/model.ts'
import { formatTime } from '../../util/time.ts'
import type { JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import { hasLogoutEvent, type Kind } from '../kind.ts'
import { broken, type Departure, note, quote, type Rule, type RuleResult, skip } from './rule.ts'
import { resultOf } from './run.ts'

/** Something that was asked of the realm: its answer, or why there is none. */
export type OnlineAnswer<T> = { readonly value: T } | { readonly unknown: string }

/** What the realm says now about what a token is about. */
export interface OnlineFacts {
  readonly session: OnlineAnswer<'online' | 'offline' | 'gone'>
  /** Seconds since the epoch; 0 where none is set. One that could not be asked may be the one that decides. */
  readonly notBefore: Readonly<Record<Level, OnlineAnswer<number>>>
  readonly client: OnlineAnswer<Client | undefined>
  readonly user: OnlineAnswer<{ readonly username: string; readonly enabled: boolean } | undefined>
  /** The algorithm by which this client's logout and ID tokens are signed now. */
  readonly alg: string | undefined
  readonly encrypted: boolean | undefined
  /** The stored event that belongs to it, in words. */
  readonly event: OnlineAnswer<string | undefined>
}

/** Why the realm was not asked about a token at all. */
export interface NotAsked {
  readonly notAsked: string
}

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

/** Asks one fact; a fact that is not known skips the rule. */
const given = <T>(fact: OnlineAnswer<T>, judge: (value: T) => true | Departure): true | Departure =>
  'value' in fact ? judge(fact.value) : skip(`not known: ${fact.unknown}`)

/** What `--online` adds: does the realm, as it is now, still stand by this token? */
export const ONLINE_RULES: readonly Rule<OnlineSubject>[] = [
  {
    id: 'O01',
    level: 'must',
    reference: 'Keycloak TokenManager',
    claim: 'sid',
    holds: 'Its session lives.',
    why: 'Keycloak refuses tokens of a session that has ended; applications that never ask Keycloak do not notice.',
    fix: 'Sign in again.',
    check: ({ kind, facts }) =>
      given(facts.session, (session) => {
        if (kind !== 'logout' && kind !== 'admin-action') {
          return session === 'gone'
            ? broken('Its session has ended.', { expected: 'a session', actual: 'none' })
            : true
        }
        return session === 'gone'
          ? { status: 'pass', message: 'Its session has ended, as it says.' }
          : note('Its session lives still.', {
              expected: 'no session',
              actual: session,
              fix: 'The person may have signed in again, or the logout failed: kc-logout user',
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
    fix: 'Sign in again, or undo it: kc-logout not-before clear',
    check: ({ kind, payload: { iat }, facts: { notBefore } }) => {
      if (kind === 'logout' || kind === 'admin-action') return skip('Logout tokens do not depend on it.')
      if (typeof iat !== 'number') return skip('It has no iat.')
      const known = LEVELS.flatMap((level) => {
        const asked = notBefore[level]
        return 'value' in asked ? [{ level, at: asked.value }] : []
      })
      const stale = known.filter(({ at }) => iat < at)
      if (stale.length === 0) return notBeforeUnknown(notBefore) ?? true
      return broken(
        `The not-before of the ${stale.map(({ level }) => level).join(' and the ')} makes it stale.`,
        {
          expected: `issued after ${formatTime(Math.max(...stale.map(({ at }) => at)))}`,
          actual: formatTime(iat),
        },
      )
    },
  },
  {
    id: 'O03',
    level: 'must',
    reference: 'Keycloak ClientModel.isEnabled',
    claim: 'azp',
    holds: 'Its client is there and enabled.',
    why: 'Keycloak answers nothing to a client that is disabled or gone, and tells it nothing.',
    fix: 'Enable the client.',
    check: ({ facts }) =>
      given(facts.client, (client) => {
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
    holds: 'The person is there and enabled.',
    why: 'Keycloak refuses tokens of people who are locked or gone.',
    fix: 'Enable the account.',
    check: ({ kind, facts }) =>
      given(facts.user, (user) => {
        const judge = kind === 'logout' ? note : broken
        if (!user) return judge('The realm has no such user (or sub is pairwise).', { expected: 'a user' })
        return user.enabled
          ? true
          : judge(`${user.username} is locked.`, { expected: 'enabled', actual: 'disabled' })
      }),
  },
  {
    id: 'O05',
    level: 'should',
    reference: 'Keycloak OIDCLoginProtocol.backchannelLogout',
    holds: 'The client as it is set up now gets such tokens.',
    why: 'What was changed since explains why other deliveries look different, or stay away.',
    fix: 'kc-logout configure CLIENT --check',
    check: ({ kind, header, payload, facts }) =>
      kind !== 'logout'
        ? skip('It is no logout token.')
        : given(facts.client, (client) => {
            if (!client) return skip('The realm has no such client.')
            const differs = differences(client, header, payload, facts.alg)
            return differs.length === 0 ? true : broken(`${differs.join('; ')}.`)
          }),
  },
  {
    id: 'O06',
    level: 'may',
    reference: 'Keycloak events',
    holds: 'The event that belongs to it is stored.',
    why: 'It says who logged the person out, and from where.',
    fix: 'kc-logout events --enable stores them from now on.',
    check: ({ kind, facts }) =>
      kind !== 'logout' && kind !== 'admin-action'
        ? skip('It is about no logout.')
        : given(facts.event, (event) =>
            event === undefined ? skip('No stored event fits it.') : { status: 'pass', message: event },
          ),
  },
]

/** Says which not-before could not be asked, if any: then nobody may say that it is newer than all. */
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
  if (client.frontchannelLogout)
    differs.push('its front channel logout is on, so that Keycloak sends nothing')
  if (client.backchannelLogoutSessionRequired !== (payload.sid !== undefined)) {
    differs.push(client.backchannelLogoutSessionRequired ? 'it asks for a sid now' : 'it asks for no sid now')
  }
  if (hasLogoutEvent(payload) && client.backchannelLogoutRevokeOfflineTokens !== revokes) {
    differs.push(revokes ? 'it does not revoke offline sessions now' : 'it revokes offline sessions now')
  }
  if (alg !== undefined && alg !== header.alg) differs.push(`it is signed with ${quote(alg)} now`)
  return differs
}

export const checkOnline = (token: OfToken, facts: OnlineFacts | NotAsked, strict: boolean): RuleResult[] =>
  ONLINE_RULES.map((rule) =>
    resultOf(rule, 'notAsked' in facts ? skip(facts.notAsked) : rule.check({ ...token, facts }), strict),
  )
