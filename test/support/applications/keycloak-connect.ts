import express from 'express'
import session from 'express-session'
import KeycloakConnect from 'keycloak-connect'
import { type Application, serve } from './application.ts'

/** An application with Keycloak's own (deprecated) Node.js adapter, its sessions in a store; its Admin URL is its own URL. */
export function startKeycloakConnect(client: {
  readonly server: string
  readonly realm: string
  readonly clientId: string
}): Promise<Application> {
  return serve(() => {
    const store = new session.MemoryStore()
    const adapter = new KeycloakConnect(
      { store },
      {
        realm: client.realm,
        'auth-server-url': client.server,
        resource: client.clientId,
        'ssl-required': 'none',
        'confidential-port': 0,
        ...{ 'public-client': true },
      },
    )
    const app = express()
    app.use(session({ secret: 'another secret', resave: false, saveUninitialized: false, store }))
    app.use(adapter.middleware({ admin: '/' }) as never)
    app.get('/me', adapter.protect() as never, ({ kauth }, response) =>
      response.json({ person: kauth.grant?.id_token?.content.preferred_username }),
    )
    return app
  })
}
