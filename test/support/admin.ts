import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type SendOptions, send } from './http.ts'
import type { KeycloakServer } from './keycloak/server.ts'

/** Raw requests to the admin API. Paths are below `admin/realms`, such as `/my-realm/clients`. */
export interface Admin {
  /** Returns the answer, whatever its status. */
  request(method: string, path: string, options?: SendOptions): Promise<Answer>
  /** These four retry on 5xx (Keycloak rolls back) and throw if the answer is not 2xx. */
  get<T>(path: string): Promise<T>
  put(path: string, json: unknown): Promise<void>
  post(path: string, json?: unknown): Promise<Answer>
  delete(path: string): Promise<void>
}

type AdminAccount = Pick<KeycloakServer, 'url' | 'admin'>

/** The administrator's token is valid for 60 s in a new Keycloak. */
const TOKEN_AGE_MS = 30_000
/** Old servers fail on a lock of their in-memory database while another realm is created or removed (18, 20). */
const ATTEMPTS = 5
const PAUSE_MS = 400

/** The admin API as administrator of the realm master. Signs in on first use and renews the token in time. */
export function adminOf(keycloak: AdminAccount): Admin {
  let token: Promise<string> | undefined
  let since = 0

  function freshToken(): Promise<string> {
    if (token && Date.now() - since < TOKEN_AGE_MS) return token
    since = Date.now()
    token = passwordGrant(keycloak).then((answer) => answer.access_token)
    return token
  }

  async function request(method: string, path: string, options: SendOptions = {}): Promise<Answer> {
    const headers = { authorization: `Bearer ${await freshToken()}`, ...options.headers }
    return send(method, `${keycloak.url}/admin/realms${path}`, { ...options, headers })
  }

  async function expectOk(method: string, path: string, json?: unknown): Promise<Answer> {
    let answer = await request(method, path, { json })
    for (let attempt = 1; answer.status >= 500 && attempt < ATTEMPTS; attempt++) {
      await sleep(attempt * PAUSE_MS)
      answer = await request(method, path, { json })
    }
    if (answer.status >= 200 && answer.status < 300) return answer
    throw new Error(`${method} /admin/realms${path} answered ${answer.status}: ${answer.text.slice(0, 300)}`)
  }

  return {
    request,
    get: async <T>(path: string) => (await expectOk('GET', path)).json<T>(),
    put: async (path, json) => void (await expectOk('PUT', path, json)),
    post: (path, json) => expectOk('POST', path, json),
    delete: async (path) => void (await expectOk('DELETE', path)),
  }
}

/** Gets a token for the administrator from the realm master. */
export async function passwordGrant({ url, admin }: AdminAccount): Promise<{ access_token: string }> {
  const answer = await send('POST', `${url}/realms/master/protocol/openid-connect/token`, {
    form: { grant_type: 'password', client_id: 'admin-cli', ...admin },
  })
  if (answer.status === 200) return answer.json()
  throw new Error(
    `${admin.username} could not sign in to ${url}: HTTP ${answer.status} ${answer.text.slice(0, 200)}`,
  )
}
