import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Browser } from '../browser.ts'
import type { KeycloakServer } from '../keycloak/server.ts'
import { type ClientSpec, createRealm, type TestRealm } from '../realm.ts'
import { type Receiver, startReceiver } from '../receiver.ts'
import { samlClient, samlSignIn } from '../saml.ts'
import { directGrant, signIn } from '../sign-in.ts'
import { brokerSignIn, connectUpstream, type Upstream } from './broker.ts'
import type { Scene, SceneClient, SceneSession } from './scene.ts'

/** A scene on a real server. */
export interface Stage {
  readonly scene: Scene
  readonly realm: TestRealm
  readonly receiver: Receiver
  readonly upstream: Upstream | undefined
  close(): Promise<void>
}

/** Creates the realm of a scene and signs its users in. */
export async function stageOf(scene: Scene, keycloak: KeycloakServer): Promise<Stage> {
  const receiver = await startReceiver()
  const dead = await deadUrl()
  const realm = await createRealm(keycloak, {
    clients: scene.clients.map((client) => specOf(client, receiver.url, dead)),
    users: scene.users,
    settings: { offlineSessionMaxLifespanEnabled: true },
  })
  let upstream: Upstream | undefined
  const close = async () => {
    await realm.remove()
    await upstream?.realm.remove()
    await receiver.close()
  }
  try {
    receiver.behave({ status: 500 }, '/answers-500')
    receiver.behave({ reset: true }, '/resets')
    receiver.behave({ delayMs: 300 }, '/slow')
    if (scene.broker) upstream = await connectUpstream(realm, keycloak, scene.broker)
    for (const session of scene.sessions) await begin(session, realm, scene)
    for (const { clientId, kind } of scene.clients) {
      const path = `/clients/${await realm.idOfClient(clientId)}`
      if (kind === 'disabled') await realm.put(path, { ...(await realm.client(clientId)), enabled: false })
      if (kind === 'deleted') await realm.delete(path)
    }
    await sleep(scene.wait * 1000)
    return { scene, realm, receiver, upstream, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Signs a user in as the scene says. */
async function begin({ user, clients, how }: SceneSession, realm: TestRealm, scene: Scene): Promise<void> {
  const [first = ''] = clients
  if (how === 'direct' || how === 'offline')
    return void (await directGrant(realm, { user, client: first, offline: how === 'offline' }))
  if (how === 'broker') return void (await brokerSignIn(realm, first))
  const browser = new Browser()
  for (const client of clients) {
    const isSaml = scene.clients.some(({ clientId, kind }) => clientId === client && kind.startsWith('saml'))
    if (isSaml) await samlSignIn(realm, { user, client, browser })
    else await signIn(realm, { user, client, browser })
  }
}

/** The settings of a client of this kind. */
function specOf({ clientId, kind }: SceneClient, base: string, dead: string): ClientSpec {
  const url = `${base}/${clientId}`
  const plain = { clientId, backchannelLogoutUrl: url }
  switch (kind) {
    case 'admin-url':
      return { clientId, adminUrl: url }
    case 'both':
      return { ...plain, adminUrl: `${url}/admin` }
    case 'front-channel':
      return { ...plain, frontchannelLogout: true }
    case 'front-channel-off':
      return { ...plain, frontchannelLogoutUrl: `${url}/front` }
    case 'none':
      return { clientId }
    case 'saml-post':
      return samlClient({ clientId, post: url })
    case 'saml-soap':
      return samlClient({ clientId, soap: url })
    case 'saml-redirect':
      return samlClient({ clientId, redirect: url })
    case 'saml-processing':
      return samlClient({ clientId, processingUrl: url })
    case 'placeholder':
      return { clientId, backchannelLogoutUrl: `${url}/\${nobody.sets.this}` }
    case 'relative':
      return { clientId, backchannelLogoutUrl: `/${clientId}` }
    case 'relative-with-root':
      // Keycloak also makes the root URL its Admin URL.
      return { clientId, backchannelLogoutUrl: '/out', rootUrl: url }
    case 'query':
      return { clientId, backchannelLogoutUrl: `${url}?tenant=one%20two` }
    case 'brief':
      return { ...plain, attributes: { 'client.session.max.lifespan': '3' } }
    case 'brief-offline':
      return { ...plain, attributes: { 'client.offline.session.max.lifespan': '3' } }
    case 'refused':
      return { clientId, backchannelLogoutUrl: dead }
    default:
      return plain
  }
}

/** A URL where nothing listens: a port that was free a moment ago. */
async function deadUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/dead`
}
