import { once } from '../util/once.ts'
import type { Secret, Setting } from './settings.ts'

interface PasswordPrompt {
  readonly username: Setting | undefined
  readonly origin: string | undefined
  /** The source of a stored session: it has ended by the time that the password is needed. */
  readonly ended: string | undefined
  readonly askSecret: ((question: string) => Promise<string>) | undefined
}

/** A password that is asked for once, when it is needed; undefined where nobody can be asked. */
export function promptedPassword({ username, origin, ended, askSecret }: PasswordPrompt): Secret | undefined {
  if (!username || !askSecret) return undefined
  const why = ended ? `The sign-in of ${ended} has ended. ` : ''
  const question = `${why}Password of ${username.value}${origin ? ` at ${origin}` : ''}`
  return { source: 'prompt', reveal: once(() => askSecret(question)) }
}
