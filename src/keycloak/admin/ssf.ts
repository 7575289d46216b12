import { idFromServer } from '../http/ids.ts'
import { optionalNumber, optionalText, record, text } from '../http/json.ts'
import type { Keycloak } from '../keycloak.ts'
import type { Admin } from './admin.ts'

type Ssf = Pick<Keycloak, 'emitSessionRevoked' | 'securityEvent'>

const RECEIVER = '/admin/realms/{realm}/ssf/clients/{receiver}'

export const ssfOf = (admin: Admin): Ssf => ({
  async emitSessionRevoked({ clientId, issuer }, { id, userId, at }) {
    const answer = await admin.own(
      {
        method: 'POST',
        path: `${RECEIVER}/events/emit`,
        params: { receiver: ['receiver', clientId] },
        what: 'emitting a security event',
        role: 'manage-clients',
      },
      {
        body: {
          eventType: 'CaepSessionRevoked',
          sub_id: {
            format: 'complex',
            user: { format: 'iss_sub', iss: issuer, sub: userId },
            session: { format: 'opaque', id },
          },
          event: {
            event_timestamp: Math.floor(at / 1000),
            initiating_entity: 'admin',
            reason_admin: { en: 'The session was ended by an administrator.' },
          },
        },
      },
    )
    const found = record(answer, 'the result of a security event')
    const jti = optionalText(found.jti)
    return {
      status: text(found, 'status', 'the result of a security event'),
      jti: jti === undefined ? undefined : idFromServer('event', jti),
    }
  },
  async securityEvent(clientId, jti) {
    const found = record(
      await admin.own({
        method: 'GET',
        path: `${RECEIVER}/pending-events/{event}`,
        params: { receiver: ['receiver', clientId], event: ['event', jti] },
        what: 'the delivery of a security event',
        role: 'view-clients',
      }),
      'a security event',
    )
    return {
      status: text(found, 'status', 'a security event'),
      attempts: optionalNumber(found.attempts) ?? 0,
      lastError: optionalText(found.lastError),
      deliveredAt: optionalNumber(found.deliveredAt),
    }
  },
})
