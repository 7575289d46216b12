import { explainLogoutError } from '../core/events/logout-errors.ts'
import { eventFields, fieldOf } from './event-line.ts'
import type { Observed } from './observation.ts'
import type { LogRecord } from './record.ts'

/** The failed logouts in an entry of `org.keycloak.events`; none in an event of another type. */
export function logoutErrors({ message, wrapped }: LogRecord): Observed[] {
  if (!/type="?LOGOUT_ERROR\b/.test(message)) return []
  const alone = eventFields(message)
  // A window or a mail may have wrapped it; `error` is among the last fields.
  const fields = alone.has('error') ? alone : eventFields([message, ...wrapped].join(' '))
  if (fields.get('type') !== 'LOGOUT_ERROR') return []
  const field = (name: string) => fieldOf(fields, name)
  const [error, reason, clientId] = [field('error'), field('reason'), field('clientId')]
  const clientAuthMethod = field('client_auth_method')
  const { code } = explainLogoutError({ error, reason, clientId, clientAuthMethod })
  const realm = field('realmName') ?? field('realmId')
  return [
    {
      code: `event-${code}`,
      ...(clientId === undefined ? {} : { clientId }),
      ...(realm === undefined ? {} : { realm }),
      about: JSON.stringify([error ?? null, reason ?? null, clientAuthMethod ?? null]),
    },
  ]
}
