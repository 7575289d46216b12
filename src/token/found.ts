/** A token, or the claims of one, found in what somebody pasted. */
export interface FoundToken {
  readonly form: 'token' | 'claims'
  /** The compact token without its wrapping, or the JSON text of the claims. */
  readonly text: string
  /** What the text called it: `logout_token`, `access_token`, `Authorization`, `Json web token claims`, … */
  readonly label?: string
  /** The line it was on, counted from 1; only for input that holds one token a line. */
  readonly line?: number
  /** The access token that came with it; several are those that may have. */
  readonly beside?: readonly string[]
}
