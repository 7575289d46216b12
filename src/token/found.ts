/** A token, or bare claims, found in a text. */
export interface FoundToken {
  /** `opaque`: not a JWT; only `--online` can say something about it. */
  readonly form: 'token' | 'claims' | 'opaque'
  /** The compact token without its wrapping, or the JSON text of the claims. */
  readonly text: string
  /** Its name in the text: `logout_token`, `access_token`, `Authorization`, `Json web token claims`, … */
  readonly label?: string
  /** Its line, counted from 1; only for input with one token per line. */
  readonly line?: number
  /** The access token of the same response; several if it is not clear which. */
  readonly accessTokens?: readonly string[]
}
