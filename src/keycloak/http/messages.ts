import type { IncomingHttpHeaders } from 'node:http'

export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /** A longer answer is refused while it is read. */
  readonly maxBytes?: number | undefined
  /** The body of the answer has one character for each byte; by default it is read as UTF-8. */
  readonly isBinary?: boolean | undefined
  /** May it be sent twice? By default only a GET. */
  readonly repeatable?: boolean | undefined
  /** Called before it is sent again over another connection: the server may have processed it the first time. */
  readonly onRepeat?: (() => void) | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
