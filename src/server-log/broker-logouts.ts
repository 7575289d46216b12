import { causeOf } from './cause.ts'
import { LOGGERS } from './loggers.ts'
import { type Observed, textsOf } from './observation.ts'
import { matchMessage } from './read-message.ts'
import type { LogRecord } from './record.ts'

const ACT = 'broker-logout'

/** Keycloak logs a user out at the identity provider above it, too: what it says of that when it fails. */
export function brokerFailures(record: LogRecord): Observed[] {
  if (record.logger === LOGGERS.authentication) return skippedBrokers(record)
  const failed = matchMessage(/^Failed (?:saml )?backchannel broker logout to: (\S+)/, record)
  if (!failed || !record.logger.startsWith('org.keycloak.broker.')) return []
  const cause = causeOf(textsOf(record))
  const url = (failed[1] ?? '').replace(/[?#].*$/s, '').replace(/:$/, '')
  return [{ code: cause === 'unknown' ? 'answered' : cause, act: ACT, url }]
}

function skippedBrokers(record: LogRecord): Observed[] {
  const skipped = matchMessage(/^Skipping backchannel logout for broker (.*) - not found$/s, record)
  if (skipped) return [{ code: 'provider-not-found', act: ACT, about: skipped[1] ?? '' }]
  const failed = matchMessage(/^Exception at broker backchannel logout for broker (.*?)(?:: |$)/s, record)
  return failed ? [{ code: causeOf(textsOf(record)), act: ACT, about: failed[1] ?? '' }] : []
}

/** A logout in the browser that ended with an error page. */
export function browserFailures(record: LogRecord): Observed[] {
  const texts = textsOf(record)
  for (const text of texts) {
    const provider = /IdentityBrokerException: Identity Provider \[(.*)\] not found/s.exec(text)
    if (provider) return [{ code: 'provider-not-found', act: 'browser-logout', about: provider[1] ?? '' }]
  }
  if (!record.inLogout) return []
  const [words = ''] = record.exceptions
  const said = words || record.message.replace(/^Uncaught server error:? ?/, '')
  return [{ code: 'server-error', act: 'browser-logout', about: said.slice(0, 200) }]
}
