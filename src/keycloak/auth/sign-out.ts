import type { Connection } from '../../core/connection.ts'
import { UserError } from '../../errors.ts'
import type { OpenDeps } from '../http/client-options.ts'
import type { Transport } from '../http/transport.ts'
import type { AccessToken } from './access-token.ts'
import { transportTo } from './connect.ts'

/** Milliseconds; a server that does not answer must not hold up the end of a run. */
const LONGEST = 2000

/**
 * Signs out at the end of a run that signed in with a password. One attempt of at most two seconds, also after Ctrl-C;
 * a session that could not be ended expires by itself.
 */
export async function signOutOwn(
  token: AccessToken,
  connection: Omit<Connection, 'realm'>,
  transport: Transport,
  deps: OpenDeps,
): Promise<void> {
  if (!token.end) return
  try {
    // The run's own transport sends nothing more after an interruption.
    const over = deps.signal.aborted ? await unsignalled(connection, deps) : transport
    const timer = setTimeout(() => over.close(), Math.min(LONGEST, connection.timeout))
    await token.end(over).finally(() => clearTimeout(timer))
    if (over !== transport) over.close()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
  }
}

const unsignalled = (connection: Omit<Connection, 'realm'>, deps: OpenDeps) =>
  transportTo(connection, { ...deps, signal: new AbortController().signal })
