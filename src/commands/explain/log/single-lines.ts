import { explainLogoutError } from '../../../core/events/logout-errors.ts'
import { causeOf } from './cause.ts'
import { eventFields, fieldOf } from './event-line.ts'
import { type LogFinding, textsOf } from './observation.ts'
import type { LogRecord } from './record.ts'

/** `Some clients have been not been logged out for user ada in customers realm: shop, desk` (before 13 with two "been"). */
export function notNotifiedClients({ message }: LogRecord): LogFinding[] {
  const match = /^Some clients have (?:been )?not been logged out for user .* in (.*) realm: (.*)$/s.exec(
    message,
  )
  if (!match) return []
  const [, realm = '', clients = ''] = match
  return clients.split(', ').map((clientId) => ({ code: 'not-notified', act: 'logout', clientId, realm }))
}

export function logoutErrors({ message }: LogRecord): LogFinding[] {
  if (!/type="?LOGOUT_ERROR\b/.test(message)) return []
  const fields = eventFields(message)
  if (fields.get('type') !== 'LOGOUT_ERROR') return []
  const field = (name: string) => fieldOf(fields, name)
  const [error, reason, clientId] = [field('error'), field('reason'), field('clientId')]
  const { code } = explainLogoutError({
    error,
    reason,
    clientId,
    clientAuthMethod: field('client_auth_method'),
  })
  const realm = field('realmName') ?? field('realmId')
  return [
    {
      code: `event-${code}`,
      ...(clientId === undefined ? {} : { clientId }),
      ...(realm === undefined ? {} : { realm }),
      about: JSON.stringify([error ?? null, reason ?? null, field('client_auth_method') ?? null]),
    },
  ]
}

/** Keycloak tells the identity provider above it of a logout too (not seen in a run: from the sources). */
export function brokerFailures(record: LogRecord): LogFinding[] {
  const match = /^Failed backchannel broker logout to: (\S+)/.exec(record.message)
  if (!match || !record.logger.startsWith('org.keycloak.broker.')) return []
  const cause = causeOf(textsOf(record))
  const url = (match[1] ?? '').replace(/[?#].*$/s, '').replace(/:$/, '')
  return [{ code: cause === 'unknown' ? 'answered' : cause, act: 'broker-logout', url }]
}
