/** As much of these two as the applications of the tests use: neither brings types of its own. */

declare module 'express' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

  export interface Request extends IncomingMessage {
    readonly oidc: { isAuthenticated(): boolean; readonly user?: { readonly preferred_username?: string } }
    readonly kauth: { readonly grant?: { readonly id_token?: { readonly content: Record<string, unknown> } } }
  }
  export interface Response extends ServerResponse {
    status(code: number): Response
    json(value: unknown): void
  }
  export type Handler = (request: Request, response: Response, next: () => void) => void
  export type ErrorHandler = (error: Error, request: Request, response: Response, next: () => void) => void
  interface Application extends RequestListener {
    use(...handlers: (Handler | Handler[] | ErrorHandler)[]): void
    get(path: string, ...handlers: (Handler | Handler[])[]): void
  }
  export default function express(): Application
}

declare module 'express-session' {
  import type { Handler } from 'express'

  class MemoryStore {
    private readonly sessions: unknown
  }
  interface Session {
    (options: { secret: string; resave: boolean; saveUninitialized: boolean; store: MemoryStore }): Handler
    readonly MemoryStore: typeof MemoryStore
  }
  const session: Session
  export default session
}
