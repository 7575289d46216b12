import type { ProxiedRequest, RecordingProxy } from '../recording-proxy.ts'
import { directGrant } from '../sign-in.ts'
import type { Happening } from './scene.ts'
import type { Stage } from './stage.ts'
import type { TrueSession } from './truth.ts'

/** What happened besides kc-logout during its run. */
export interface Happened {
  /** Client ids whose settings changed, or that are new. */
  readonly changed: Set<string>
  /** Ids of sessions that somebody else ended. */
  readonly endedByOthers: Set<string>
  /** Ids of sessions that began. */
  readonly began: Set<string>
  /** Number of answers that were lost or replaced by an error. */
  disturbed: number
  interrupted: boolean
}

const isOperation = ({ method, path }: ProxiedRequest) =>
  (method === 'DELETE' && path.includes('/sessions/')) || (method === 'POST' && /\/logout(-all)?$/.test(path))

/** Makes the happenings of a scene happen, each before one request of kc-logout that ends sessions. */
export function letHappen(
  { scene, realm, receiver }: Stage,
  proxy: RecordingProxy,
  before: readonly TrueSession[],
  interrupt: () => void,
): Happened {
  const happened: Happened = {
    changed: new Set(),
    endedByOthers: new Set(),
    began: new Set(),
    disturbed: 0,
    interrupted: false,
  }
  const change = async (clientId: string, to: Record<string, unknown>) => {
    happened.changed.add(clientId)
    const path = `/clients/${await realm.idOfClient(clientId)}`
    const present = await realm.request('GET', path)
    // It may have been deleted before.
    if (present.status !== 200) return
    await realm.request('PUT', path, { json: { ...present.json<object>(), ...to } })
  }
  const signIn = async (user: string, client: string) => {
    const signedIn = await directGrant(realm, { user, client }).catch(() => undefined)
    if (signedIn) happened.began.add(signedIn.sid)
  }
  const act = async ({ what, clientId, user }: Happening) => {
    if (what === 'disable') await change(clientId, { enabled: false })
    if (what === 'front-channel-on') await change(clientId, { frontchannelLogout: true })
    if (what === 'other-url')
      await change(clientId, {
        attributes: { 'backchannel.logout.url': `${receiver.url}/${clientId}/other` },
      })
    if (what === 'delete') {
      happened.changed.add(clientId)
      await realm.request('DELETE', `/clients/${await realm.idOfClient(clientId)}`)
    }
    if (what === 'sign-in') await signIn(user, clientId)
    if (what === 'new-client') {
      happened.changed.add('fresh')
      await realm
        .addClient({ clientId: 'fresh', backchannelLogoutUrl: `${receiver.url}/fresh` })
        .catch(() => '')
      await signIn(user, 'fresh')
    }
    if (what === 'other-ends') {
      const other = before.filter(({ offline }) => !offline).at(-1)
      if (!other) return
      happened.endedByOthers.add(other.id)
      await realm.request('DELETE', `/sessions/${other.id}`)
    }
    if (what === 'interrupt') {
      happened.interrupted = true
      interrupt()
    }
  }
  let operations = 0
  proxy.disturb(async (request) => {
    if (!isOperation(request)) return undefined
    const at = operations++
    const now = scene.happenings.filter((one) => one.at === at)
    for (const one of now) await act(one)
    if (now.some(({ what }) => what === 'lose-answer')) {
      happened.disturbed++
      return { loseAnswer: true }
    }
    if (now.some(({ what }) => what === 'answer-500')) {
      happened.disturbed++
      return { status: 500, body: '{"error":"unknown_error"}' }
    }
    return undefined
  })
  return happened
}
