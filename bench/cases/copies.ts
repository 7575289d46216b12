import type { BigRealm } from '../support/big-realm.ts'
import { count, perSecond } from '../support/figures.ts'
import { inBigRealm } from '../support/in-big-realm.ts'
import type { Case } from '../support/program.ts'
import type { Receivers } from '../support/receivers.ts'
import { requireComplete, type Sides } from '../support/sides.ts'

const SESSIONS = 500

/** What the other cases rest on: a copied row is a session like any other, to Keycloak and to kc-logout. */
export const copies: Case = {
  name: 'copies',
  about: `${count(SESSIONS)} sessions by real logins and as many copied: counted, listed, told and ended alike`,
  usual: true,
  async run(bench, { sessions = [SESSIONS] }) {
    await inBigRealm(bench, async ({ realm, receivers, sides }) => {
      for (const number of sessions) {
        await realm.signIn(number)
        const real = await facts(realm, sides, receivers, number)
        await realm.copySessions(number)
        const copied = await facts(realm, sides, receivers, number)
        for (const [name, { shown, ...fact }] of Object.entries(real)) {
          const other = copied[name]
          if (fact.same && other?.shown !== shown)
            throw new Error(`${name}: ${shown} of real logins, ${other?.shown} of copies`)
          bench.say(`${name.padEnd(20)} ${fact.same ? `${shown}, both` : `${shown} and ${other?.shown}`}`)
        }
      }
    })
  },
}

interface Fact {
  readonly shown: string
  /** Has to be the same of both kinds. */
  readonly same: boolean
}

/** What Keycloak says of the sessions that are there, what kc-logout makes of them, and what the receivers hear. */
async function facts(
  { realm, clientIds }: BigRealm,
  sides: Sides,
  receivers: Receivers,
  number: number,
): Promise<Record<string, Fact>> {
  const stats = await realm.get<{ active: string }[]>('/client-session-stats')
  const [first = ''] = clientIds
  const [listed] = await realm.sessionsAt(first)
  const planned = JSON.parse((await sides.dryRun()).stdout)
  const run = await sides.all()
  requireComplete(run, number)
  const { before, phases, clients, endedUnnotified, after, verdict } = JSON.parse(run.stdout)
  const same = (value: unknown): Fact => ({
    same: true,
    shown: typeof value === 'string' ? value : JSON.stringify(value),
  })
  return {
    'counted by Keycloak': same(
      stats
        .map(({ active }) => active)
        .sort()
        .join(' '),
    ),
    'fields of a session': same(
      Object.keys(listed ?? {})
        .sort()
        .join(' '),
    ),
    planned: same({ ...planned.before, users: undefined }),
    'claims they heard': same([...receivers.claims].join(' | ')),
    'told, ended, left': same(`${run.notified} told once each, ${before.sessions} ended, ${run.left} left`),
    outcome: same({
      clients,
      phases: phases.map(({ seconds: _, ...phase }: { seconds: number }) => phase),
      endedUnnotified,
      after,
      verdict,
    }),
    'rate of ending': { same: false, shown: perSecond(number / phases[0].seconds) },
  }
}
