import type { Accounts, LoggedIn, StoredSignIn, Typed } from '../../auth/accounts.ts'
import type { Context } from '../../cli/context.ts'
import { EXIT, UserError } from '../../errors.ts'
import { formatDateTime } from '../../util/format.ts'

type Settings = Awaited<ReturnType<Context['settings']>>

/** How often a wrong answer is asked again, the first time included. */
const ATTEMPTS = 3
/** Errors that another password or another login realm may mend. */
const ABOUT_THE_ACCOUNT = new Set(['wrong-password', 'login-realm-not-found', 'login-realm-disabled'])

/** The dialogue of `login` in a terminal. Each question is asked at most three times. */
export class LoginDialogue {
  readonly #ctx: Pick<Context, 'ask' | 'print'>
  readonly #accounts: Accounts
  #typed: Typed = {}

  constructor(ctx: Pick<Context, 'ask' | 'print'>, accounts: Accounts) {
    this.#ctx = ctx
    this.#accounts = accounts
  }

  /** Asks what to do if a stored sign-in is still valid. @throws {UserError} `declined` (8) */
  async replaceStored({ server, username, until }: StoredSignIn): Promise<void> {
    const { ask, print } = this.#ctx
    const who = username === undefined ? '' : ` as ${username}`
    const end = until === undefined ? '' : ` until ${formatDateTime(until)}`
    print.plan(undefined, () => [`Signed in to ${new URL(server).host}${who}${end}.`])
    const answer = await this.#attempt(async () => {
      const text = (await ask.text('1 sign in again, 2 another server, 3 cancel')).trim()
      if (/^[123]$/.test(text)) return text
      throw new UserError('bad-answer', 'Not one of the answers.', {
        exitCode: EXIT.usage,
        hint: 'Type 1, 2 or 3.',
      })
    })
    if (answer === '2') await this.#askServer()
    if (answer === '3')
      throw new UserError('declined', 'Cancelled; the sign-in is kept.', { exitCode: EXIT.declined })
  }

  /** Asks for server, realm and username where they are missing, and tests the address before any password is asked. */
  async complete(needsUsername: (settings: Settings) => boolean): Promise<Settings> {
    let settings = await this.#settings()
    if (settings.server) await this.#test(settings)
    else settings = await this.#askServer()
    if (!settings.realm)
      settings = await this.#ask('realm', 'Target realm, whose users you log out (empty: pass -r each time)')
    if (needsUsername(settings)) settings = await this.#ask('username', 'Username')
    return settings
  }

  /**
   * Signs in; asks again for a password that was refused, and for the realm of the account where none was given.
   * @throws {UserError} the last refusal
   */
  async signIn(first: Settings, login: (settings: Settings) => Promise<LoggedIn>): Promise<LoggedIn> {
    const { ask } = this.#ctx
    const asksRealm = first.loginRealm.source === 'default'
    let settings = first
    // The realm that refused the password.
    let realm = first.loginRealm.value
    return this.#attempt(
      async (attempt) => {
        if (attempt > 1) {
          const wanted = asksRealm ? (await ask.text('Realm of the account', realm)).trim() || realm : realm
          const { password } = settings
          this.#typed = { ...this.#typed, loginRealm: wanted }
          settings = await this.#settings()
          // Another realm may accept the same password.
          if (wanted !== realm) settings = { ...settings, password }
        }
        return login(settings)
      },
      (error) => {
        if (error.code === 'wrong-password') realm = settings.loginRealm.value
        return first.password?.source === 'prompt' && ABOUT_THE_ACCOUNT.has(error.code)
      },
    )
  }

  #settings = () => this.#accounts.loginSettings(this.#typed)

  async #ask(what: 'server' | 'realm' | 'username', question: string): Promise<Settings> {
    const answer = (await this.#ctx.ask.text(question)).trim()
    if (answer !== '') this.#typed = { ...this.#typed, [what]: answer }
    return this.#settings()
  }

  #askServer(): Promise<Settings> {
    return this.#attempt(async () => {
      const settings = await this.#ask('server', 'Address of Keycloak, such as keycloak.example.com')
      if (settings.server) await this.#test(settings)
      return settings
    })
  }

  /** A login realm that is missing or disabled is asked for later, with the password. */
  async #test(settings: Settings): Promise<void> {
    await this.#accounts.findServer(settings).catch((error: unknown) => {
      const isOfRealm = error instanceof UserError && ABOUT_THE_ACCOUNT.has(error.code)
      if (!isOfRealm || settings.loginRealm.source !== 'default') throw error
    })
  }

  async #attempt<T>(
    run: (attempt: number) => Promise<T>,
    again: (error: UserError) => boolean = ({ exitCode }) => exitCode !== EXIT.interrupted,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run(attempt)
      } catch (error) {
        if (attempt === ATTEMPTS || !(error instanceof UserError) || !again(error)) throw error
        this.#ctx.print.warn(error.hint === undefined ? error.message : `${error.message} ${error.hint}`)
      }
    }
  }
}
