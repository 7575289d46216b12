import express, { type ErrorHandler } from 'express'
import { auth } from 'express-openid-connect'
import session from 'express-session'
import { type Application, serve } from './application.ts'

/** Where the library takes logout tokens. */
export const LOGOUT_PATH = '/backchannel-logout'

/** An application with express-openid-connect as its documentation has it: backchannel logout on, sessions in a store. */
export function startExpressOpenidConnect(client: {
  readonly issuer: string
  readonly clientId: string
  readonly secret: string
}): Promise<Application> {
  return serve((url) => {
    const app = express()
    app.use(
      auth({
        issuerBaseURL: client.issuer,
        baseURL: url,
        clientID: client.clientId,
        clientSecret: client.secret,
        secret: 'a secret of the application that is long enough for it',
        authRequired: false,
        authorizationParams: { response_type: 'code', scope: 'openid profile' },
        session: { store: new session.MemoryStore() as never },
        backchannelLogout: true,
      }),
    )
    app.get('/me', ({ oidc }, response) => {
      if (oidc.isAuthenticated()) response.json({ person: oidc.user?.preferred_username })
      else response.status(401).json({})
    })
    const onError: ErrorHandler = (error, _request, response, _next) =>
      response.status(500).json({ error: error.message })
    app.use(onError)
    return app
  })
}
