import type { IncomingHttpHeaders } from 'node:http'

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** A longer answer is refused while it is read. */
  readonly maxBytes?: number | undefined
  /** Does it no harm to send it twice? Unless said otherwise: a GET does none. */
  readonly repeatable?: boolean | undefined
  /** Called before it is sent once more over another connection: the server may have read it the first time. */
  readonly onRepeat?: (() => void) | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
