import { UserError } from '../../errors.ts'
import { isRecord } from '../../util/is-record.ts'
import type { AccessToken } from '../auth/access-token.ts'
import { type Capabilities, capabilitiesOf, capabilitiesShownBy } from '../capabilities.ts'
import { optionalText, record } from '../http/json.ts'
import type { Calls } from './call.ts'

/** What is of the server, not of a realm. */
export interface ServerInfo {
  /** Keycloak's description of itself, unchecked; `GET /admin/serverinfo`, which takes the server long. */
  description(): Promise<unknown>
  serverInfo(): Promise<{ readonly version: string | undefined }>
  capabilities(): Promise<Capabilities>
}

/** Asks once, whoever wants to know, and once more only after a failure. */
export function serverInfoOf({ own }: Calls, token: Pick<AccessToken, 'claims'>): ServerInfo {
  let sent: Promise<unknown> | undefined
  const description = () => {
    sent ??= own({
      ...{ method: 'GET', path: '/admin/serverinfo' },
      ...{ what: "the server's version", role: undefined },
    }).catch((error: unknown) => {
      sent = undefined
      throw error
    })
    return sent
  }
  const serverInfo = async () => {
    const { systemInfo } = record(await description(), "the server's description")
    return { version: isRecord(systemInfo) ? optionalText(systemInfo.version) : undefined }
  }
  return {
    description,
    serverInfo,
    capabilities: () => capabilities(serverInfo, token),
  }
}

async function capabilities(
  serverInfo: ServerInfo['serverInfo'],
  token: Pick<AccessToken, 'claims'>,
): Promise<Capabilities> {
  const { version } = await serverInfo().catch((error: unknown) => {
    // Callers whom the server refuses know as little as those whom it shows no version (many, on 26.4).
    if (isForbidden(error)) return { version: undefined }
    throw error
  })
  return version === undefined ? capabilitiesShownBy(await token.claims()) : capabilitiesOf(version)
}

/** Was a request refused for want of a role? */
export const isForbidden = (error: unknown): boolean =>
  error instanceof UserError && (error.code === 'forbidden' || error.code === 'role-missing')
