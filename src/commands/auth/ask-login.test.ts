import { describe, expect, it } from 'vitest'
import type { Accounts, LoggedIn, Typed } from '../../auth/accounts.ts'
import { resolveSettings } from '../../config/resolve.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { Ask, Print } from '../../ui/output.ts'
import { LoginDialogue } from './ask-login.ts'

const refused = (code: string) =>
  new UserError(code, `${code}.`, { exitCode: EXIT.denied, hint: 'Try again.' })

/** A dialogue with typed answers, in order. `signIns` says which sign-ins are refused. */
function dialogue(answers: string[], { wrongServers = [] as string[], given = {} as Typed } = {}) {
  const asked: string[] = []
  const warned: string[] = []
  const next = async (question: string) => {
    asked.push(question)
    return answers.shift() ?? ''
  }
  const settings = (typed: Typed = {}) =>
    resolveSettings(
      { ...given, ...typed },
      {},
      {
        files: { read: async () => '' },
        askSecret: next,
      },
    )
  const accounts = {
    loginSettings: async (typed?: Typed) => settings(typed),
    findServer: async ({ server }: { server?: { value: string } }) => {
      if (server && wrongServers.includes(server.value)) throw refused('no-keycloak')
    },
  } as Partial<Accounts> as Accounts
  const ask = { possible: true, text: next, secret: next } as Partial<Ask> as Ask
  const print = { plan() {}, warn: (line: string) => void warned.push(line) } as Partial<Print> as Print
  const run = new LoginDialogue({ ask, print }, accounts)
  return { run, asked, warned, settings }
}

describe('the dialogue of login', () => {
  it('tests the address before it asks anything else, three times at most', async () => {
    const wrongServers = ['https://a.example', 'https://b.example', 'https://c.example']
    const { run, asked, warned } = dialogue(wrongServers.slice(), { wrongServers })
    await expect(run.complete(() => true)).rejects.toMatchObject({ code: 'no-keycloak' })
    expect(asked).toEqual(Array(3).fill('Address of Keycloak, such as keycloak.example.com'))
    expect(warned).toHaveLength(2)
  })

  it('goes on with the address that answers', async () => {
    const { run } = dialogue(['https://a.example', 'https://b.example', 'customers', 'ada'], {
      wrongServers: ['https://a.example'],
    })
    const settings = await run.complete(({ username }) => username === undefined)
    expect(settings).toMatchObject({
      server: { value: 'https://b.example' },
      realm: { value: 'customers' },
      username: { value: 'ada' },
    })
  })

  const signIn = async (
    answers: string[],
    accepts: (realm: string, password: string) => boolean,
    loginRealm?: string,
  ) => {
    const given = {
      ...{ server: 'https://kc.example', realm: 'customers', username: 'ada' },
      ...(loginRealm === undefined ? {} : { loginRealm }),
    }
    const { run, asked, settings } = dialogue(answers, { given })
    const ended = await run
      .signIn(settings(), async ({ loginRealm, password }) => {
        if (loginRealm.value === 'typo') throw refused('login-realm-not-found')
        if (accepts(loginRealm.value, (await password?.reveal()) ?? '')) return {} as LoggedIn
        throw refused('wrong-password')
      })
      .then(
        () => 'signed in',
        (error: UserError) => error.code,
      )
    return { ended, asked }
  }

  it('asks for the realm of the account where master refuses it, and tries the same password there', async () => {
    const { ended, asked } = await signIn(
      ['pw', 'customers'],
      (realm, pw) => realm === 'customers' && pw === 'pw',
    )
    expect(ended).toBe('signed in')
    expect(asked).toEqual(['Password of ada at https://kc.example', 'Realm of the account'])
  })

  it('asks for the password again in the realm that refused it, after one that does not exist', async () => {
    const { ended, asked } = await signIn(['a', 'typo', 'master', 'b'], (_, pw) => pw === 'b')
    expect(ended).toBe('signed in')
    const [password, realm] = ['Password of ada at https://kc.example', 'Realm of the account']
    expect(asked).toEqual([password, realm, realm, password])
  })

  it('proposes the realm that refused the password, not one that does not exist', async () => {
    const { ended } = await signIn(['a', 'typo', '', 'b'], (realm, pw) => realm === 'master' && pw === 'b')
    expect(ended).toBe('signed in')
  })

  it('asks for the password again in a realm that was given', async () => {
    const { ended, asked } = await signIn(['a', 'b'], (_, pw) => pw === 'b', 'customers')
    expect(ended).toBe('signed in')
    expect(asked).toEqual(Array(2).fill('Password of ada at https://kc.example'))
  })

  it('ends after three refusals', async () => {
    const { ended, asked } = await signIn(['a', 'b', 'c', 'd'], () => false, 'customers')
    expect(ended).toBe('wrong-password')
    expect(asked).toHaveLength(3)
  })

  const stored = { server: 'https://kc.example/auth', username: 'ada', until: undefined }
  it.each([
    ['3', 'declined'],
    ['1', 'kept on'],
    ['x', 'kept on'],
  ])('a stored sign-in, answer %s: %s', async (first, ends) => {
    const { run } = dialogue([first, '1'])
    const ended = await run.replaceStored(stored).then(
      () => 'kept on',
      (error: UserError) => error.code,
    )
    expect(ended).toBe(ends)
  })
})
