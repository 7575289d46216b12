import type { Secret, Setting } from './settings.ts'

/** A password that the person is asked for, when it turns out to be needed. */
export function promptedPassword(
  username: Setting | undefined,
  origin: string | undefined,
  /** What has ended by the time that somebody is asked. */
  ended: string | undefined,
  askSecret: ((question: string) => Promise<string>) | undefined,
): Secret | undefined {
  if (!username || !askSecret) return undefined
  let answer: Promise<string> | undefined
  return {
    source: 'prompt',
    reveal: () => {
      const why = ended ? `The sign-in of ${ended} has ended. ` : ''
      answer ??= askSecret(`${why}Password of ${username.value}${origin ? ` at ${origin}` : ''}`)
      return answer
    },
  }
}
