import { randomBytes } from 'node:crypto'
import { createRealm, eachOf, type TestRealm } from '../../test/support/realm.ts'
import { directGrant } from '../../test/support/sign-in.ts'
import type { Receivers } from './receivers.ts'
import type { Rig } from './rig.ts'

/** A realm with ten clients, each with a Backchannel Logout URL, that can be filled with sessions again and again. */
export interface BigRealm {
  readonly realm: TestRealm
  readonly clientIds: readonly string[]
  /** Puts so many sessions in, evenly at the clients, so many of each user, by copying rows of real ones. */
  copySessions(count: number, ofEachUser?: number): Promise<void>
  /** Spreads the sessions over eight networks, 10.0.0.0/16 to 10.7.0.0/16, and last uses 0 to 19 hours ago. */
  spread(): Promise<void>
  /** How many of them are in these networks (the second number of the address) and were last used so many hours ago. */
  countSpread(networks: readonly number[], hours: number): Promise<number>
  /** Creates a group with so many of the users as members. */
  fillGroup(name: string, members: number): Promise<void>
  /** The same by real sign-ins (password grant): slow, as it costs the server a password hash each. */
  signIn(count: number): Promise<void>
  /** Rows of online sessions that the database holds for the realm. */
  sessionRows(): Promise<number>
  remove(): Promise<void>
}

const CLIENTS = 10
/** People who sign in in turns when sessions are made by real sign-ins. */
const PEOPLE = 20

export async function bigRealm({ keycloak, postgres }: Rig, receivers: Receivers): Promise<BigRealm> {
  const { sql } = postgres
  const clientIds = Array.from({ length: CLIENTS }, (_, index) => `app-${index}`)
  const people = Array.from({ length: PEOPLE }, (_, index) => `template-${index}`)
  const realm = await createRealm(keycloak, {
    name: `bench-${randomBytes(4).toString('hex')}`,
    clients: clientIds.map((clientId) => ({ clientId, backchannelLogoutUrl: receivers.urlOf(clientId) })),
    users: people,
    // Nothing ends by itself while it is being measured.
    settings: { ssoSessionIdleTimeout: 86_400, ssoSessionMaxLifespan: 864_000 },
  })
  const [template = ''] = people
  const realmId = (await realm.get<{ id: string }>('')).id
  const schema = `templates_${realm.name.replace('-', '_')}`

  // One real session at each client, whose rows are kept aside.
  for (const client of clientIds) await directGrant(realm, { user: template, client })
  const userId = await realm.idOfUser(template)
  const rows = () =>
    sql(`select count(*) from offline_user_session where realm_id = '${realmId}' and offline_flag = '0'`)
  await untilEqual(async () => Number(await rows()), CLIENTS)
  await sql(`
    create schema ${schema};
    create table ${schema}.user_session as
      select row_number() over () - 1 as template, * from offline_user_session
      where realm_id = '${realmId}' and offline_flag = '0';
    create table ${schema}.client_session as
      select u.template, c.* from offline_client_session c
      join ${schema}.user_session u using (user_session_id) where c.offline_flag = '0';
    create table ${schema}.person as select * from user_entity where id = '${userId}';`)
  for (const { id } of await realm.sessionsOf(template)) await realm.delete(`/sessions/${id}`)

  return {
    realm,
    clientIds,
    async copySessions(count, ofEachUser = 1) {
      const now = Math.floor(Date.now() / 1000)
      const prefix = randomBytes(4).toString('hex')
      const people = await copied(sql, 'user_entity', {
        id: 'new.user_id',
        username: `'${prefix}-' || new.n`,
        email: `'${prefix}-' || new.n || '@example.test'`,
        email_constraint: `'${prefix}-' || new.n || '@example.test'`,
      })
      const sessions = await copied(sql, 'offline_user_session', {
        user_session_id: 'new.session_id',
        user_id: 'new.user_id',
        created_on: String(now),
        last_session_refresh: String(now),
      })
      const clients = await copied(sql, 'offline_client_session', {
        user_session_id: 'new.session_id',
        timestamp: String(now),
      })
      // Ids as Keycloak makes them: 18 random bytes in base64url.
      await sql(`
        create temporary table new as
          select n, (n - 1) / ${ofEachUser} as person, null::text as user_id, n % ${CLIENTS} as template,
            translate(encode(decode(md5(random()::text) || substr(md5(random()::text), 1, 4), 'hex'), 'base64'),
              '+/', '-_') as session_id
          from generate_series(1, ${count}) n;
        create temporary table new_person as
          select person as n, gen_random_uuid()::text as user_id from (select distinct person from new) each;
        update new set user_id = new_person.user_id from new_person where new_person.n = new.person;
        insert into user_entity ${people} from new_person new, ${schema}.person old;
        insert into offline_user_session ${sessions} from new join ${schema}.user_session old using (template);
        insert into offline_client_session ${clients} from new join ${schema}.client_session old using (template);`)
      await sql('vacuum analyze')
    },
    async spread() {
      const now = Math.floor(Date.now() / 1000)
      await sql(`
        update offline_user_session set created_on = ${now - 22 * 3600},
          last_session_refresh = ${now} - ${SPREAD} % 20 * 3600,
          data = regexp_replace(data, '"ipAddress":"[^"]*"', '"ipAddress":"10.' || ${SPREAD} % 8 || '.0.1"')
        where realm_id = '${realmId}' and offline_flag = '0'`)
      await sql('vacuum analyze')
    },
    async countSpread(networks, hours) {
      const chosen = `${SPREAD} % 8 in (${networks.join(', ')}) and ${SPREAD} % 20 >= ${hours}`
      return Number(
        await sql(
          `select count(*) from offline_user_session where realm_id = '${realmId}' and offline_flag = '0' and ${chosen}`,
        ),
      )
    },
    async fillGroup(name, members) {
      const made = await realm.post('/groups', { name })
      const group = made.headers.location?.split('/').at(-1)
      await sql(`
        insert into user_group_membership (group_id, user_id, membership_type)
          select '${group}', id, 'UNMANAGED' from user_entity
          where realm_id = '${realmId}' and username not like 'template-%' order by id limit ${members}`)
      await sql('vacuum analyze')
    },
    async signIn(count) {
      await eachOf(Array.from({ length: count }), 8, async (_, index) => {
        const user = people[index % PEOPLE] ?? template
        await directGrant(realm, { user, client: clientIds[index % CLIENTS] ?? '' })
      })
      await untilEqual(async () => Number(await rows()), count)
      await sql('vacuum analyze')
    },
    sessionRows: async () => Number(await rows()),
    async remove() {
      // Deleting a realm with 100,000 people through Keycloak takes minutes: the copies go by SQL first.
      const copies = `from user_entity where realm_id = '${realmId}' and username not like 'template-%'`
      await sql(`delete from user_group_membership where user_id in (select id ${copies}); delete ${copies}`)
      await realm.remove()
      await sql(`drop schema ${schema} cascade`)
    },
  }
}

/** A number that differs from session to session, and stays. */
const SPREAD = 'abs(hashtext(user_session_id)::bigint)'

/** `(columns) select …` that copies a row of `old` with some columns set otherwise, whatever columns this version has. */
async function copied(
  sql: (text: string) => Promise<string>,
  table: string,
  changes: Readonly<Record<string, string>>,
): Promise<string> {
  const found = await sql(
    `select column_name from information_schema.columns where table_schema = 'public' and table_name = '${table}'`,
  )
  const columns = found.split('\n')
  const values = columns.map((name) => changes[name] ?? `old."${name}"`)
  return `(${columns.map((name) => `"${name}"`).join(', ')}) select ${values.join(', ')}`
}

/** Keycloak writes sessions behind the answer. */
async function untilEqual(read: () => Promise<number>, wanted: number): Promise<void> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const found = await read()
    if (found === wanted) return
    if (Date.now() > deadline) throw new Error(`the database holds ${found} sessions, not ${wanted}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
