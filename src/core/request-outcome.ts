import { EXIT, type UserError } from '../errors.ts'

/** Keycloak, or a proxy before it, said no: nothing was done. */
const REFUSALS: readonly number[] = [EXIT.denied, EXIT.notFound, EXIT.usage]
const REFUSED = ['refused', 'conflict', 'redirected', 'proxy-refused', 'too-many-requests']
const NOT_SENT = ['refused-connection', 'unknown-host', 'unreachable', 'connect-timeout']
/** Is it certain that an act that failed so was not carried out? Else its answer was lost, or says too little. */
export const wasNotApplied = ({ code, exitCode }: UserError): boolean =>
  REFUSALS.includes(exitCode) || REFUSED.includes(code) || NOT_SENT.includes(code)

/** Keycloak did not answer itself, so it may still be at it: that nothing has changed yet says nothing. */
const UNANSWERED = ['connection-closed', 'timeout', 'network', 'still-running', 'server-unavailable']
export const mayStillApply = ({ code }: UserError): boolean => UNANSWERED.includes(code)
