import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type SendOptions, send } from './http.ts'
import type { KeycloakServer } from './keycloak/server.ts'

/** The admin API, raw. Paths are below `admin/realms`, such as `/my-realm/clients`. */
export interface Admin {
  /** Any answer is returned, whatever its status. */
  request(method: string, path: string, options?: SendOptions): Promise<Answer>
  /** These four throw when the answer is not 2xx; a 5xx, of which Keycloak takes everything back, is asked again before. */
  get<T>(path: string): Promise<T>
  put(path: string, json: unknown): Promise<void>
  post(path: string, json?: unknown): Promise<Answer>
  delete(path: string): Promise<void>
}

type Signatory = Pick<KeycloakServer, 'url' | 'admin'>

/** The administrator's token lives 60 s in a fresh Keycloak. */
const TOKEN_AGE_MS = 30_000
/** Old servers give up on a lock of their database in memory while another realm is made or removed (18, 20). */
const TRIES = 5
const PAUSE_MS = 400

/** The administrator of the realm master at the admin API. Signs in when it first has to, and again as it ages. */
export function adminOf(keycloak: Signatory): Admin {
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
    for (let tries = 1; answer.status >= 500 && tries < TRIES; tries++) {
      await sleep(tries * PAUSE_MS)
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

/** A token of the administrator, from the realm master. */
export async function passwordGrant({ url, admin }: Signatory): Promise<{ access_token: string }> {
  const answer = await send('POST', `${url}/realms/master/protocol/openid-connect/token`, {
    form: { grant_type: 'password', client_id: 'admin-cli', ...admin },
  })
  if (answer.status === 200) return answer.json()
  throw new Error(
    `${admin.username} could not sign in at ${url}: HTTP ${answer.status} ${answer.text.slice(0, 200)}`,
  )
}
