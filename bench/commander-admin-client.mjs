// commander-admin-client.mjs -r REALM: signs in and reads the realm's clients and sessions with Keycloak's admin client,
// with a command line read by commander, and nothing else. What one would write with these two as they come.
import KcAdminClient from '@keycloak/keycloak-admin-client'
import { Command } from 'commander'

const { KC_LOGOUT_SERVER: baseUrl, KC_LOGOUT_USERNAME: username, KC_LOGOUT_PASSWORD: password } = process.env

new Command()
  .requiredOption('-r, --realm <realm>')
  .action(async ({ realm }) => {
    const keycloak = new KcAdminClient({ baseUrl, realmName: 'master' })
    await keycloak.auth({ grantType: 'password', clientId: 'admin-cli', username, password })
    const clients = await keycloak.clients.find({ realm })
    const sessions = []
    for (const { id } of await keycloak.realms.getClientSessionStats({ realm }))
      sessions.push(...(await keycloak.clients.listSessions({ realm, id, first: 0, max: 1000 })))
    process.stdout.write(JSON.stringify({ clients: clients.length, sessions: sessions.length }))
  })
  .parseAsync()
