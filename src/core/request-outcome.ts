import { EXIT, type UserError } from '../errors.ts'

/** Exit codes and error codes of a refusal by Keycloak or a proxy: nothing was changed. */
const REFUSALS: readonly number[] = [EXIT.denied, EXIT.notFound, EXIT.usage]
const REFUSED = ['refused', 'conflict', 'redirected', 'proxy-refused', 'too-many-requests']
const NOT_SENT = ['refused-connection', 'unknown-host', 'unreachable', 'connect-timeout']

/** Whether a failed request certainly changed nothing. False if its answer was lost or says too little. */
export const wasNotApplied = ({ code, exitCode }: UserError): boolean =>
  REFUSALS.includes(exitCode) || REFUSED.includes(code) || NOT_SENT.includes(code)

const UNANSWERED = ['connection-closed', 'timeout', 'network', 'still-running', 'server-unavailable']

/** Whether Keycloak may still carry a failed request out: no answer came from Keycloak itself. */
export const mayStillApply = ({ code }: UserError): boolean => UNANSWERED.includes(code)
