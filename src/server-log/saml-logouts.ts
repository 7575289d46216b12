import { causeOf } from './cause.ts'
import { type Observed, textsOf } from './observation.ts'
import { matchMessage } from './read-message.ts'
import type { LogRecord } from './record.ts'

const EXCEPTION_BEHIND = '(?:: (?:[\\w$]+\\.)+[\\w$]+(?:Exception|Error|Impl)\\b.*)?'
const SOAP_FAILED = new RegExp(`^Logout failed for client (.*?)${EXCEPTION_BEHIND}$`, 's')
const NO_SOAP = /No SingleLogoutService SOAP Binding registered for client:? (.*); fallback/s
const NO_POST = /No SingleLogoutService POST Binding registered for client:? (.*)$/s

/** The client that Keycloak is about to log out by the POST binding, as it has no URL for SOAP; undefined otherwise. */
export const fallbackClient = (record: LogRecord): string | undefined => matchMessage(NO_SOAP, record)?.[1]

/** @param turn the client of {@link fallbackClient} that came before in the same thread: `failed to send` names none */
export function samlFailures(record: LogRecord, turn: string | undefined): Observed[] {
  const act = 'saml-logout'
  const unreachable = matchMessage(NO_POST, record)
  if (unreachable) return [{ code: 'saml-no-url', act, clientId: unreachable[1] ?? '' }]
  const bySoap = matchMessage(SOAP_FAILED, record)
  if (bySoap) return [{ code: causeOf(textsOf(record)), act, clientId: bySoap[1] ?? '' }]
  if (!/^failed to (?:send saml|execute saml soap) logout/.test(record.message)) return []
  return [{ code: causeOf(textsOf(record)), act, ...(turn === undefined ? {} : { clientId: turn }) }]
}
