import type { Finding } from '../core/finding.ts'
import type { Client, LogoutSettings } from '../core/model.ts'
import { type Change, type DesiredSettings, differences, settingsOf, URL_FIELDS } from './settings.ts'
import { checkAgainstRoot, checkUrl } from './url-check.ts'

/** The planned changes of one client. Findings of severity `error` are reasons to refuse. */
export interface ClientPlan {
  readonly id: string
  readonly clientId: string
  /** The request, with what follows from it. */
  readonly desired: DesiredSettings
  /** The settings after the change. */
  readonly after: LogoutSettings
  readonly changes: readonly Change[]
  readonly findings: readonly Finding[]
}

/**
 * Compares a client with the desired settings. Settings that were not requested stay as they are, even if wrong.
 * A Backchannel Logout URL switches the front channel off, because Keycloak would otherwise send nothing to it
 * (keycloak#15058). A request for both is refused, unless the client has exactly that already.
 */
export function planClient(client: Client, request: DesiredSettings): ClientPlan {
  const present = settingsOf(client)
  const desired: DesiredSettings =
    request.backchannelLogoutUrl && request.frontchannelLogout === undefined
      ? { ...request, frontchannelLogout: false }
      : request
  const after = { ...present, ...desired }
  const changes = differences(present, desired)
  const findings = [
    ...refusals(client, desired, after, changes),
    ...urlFindings(client, desired),
    ...notes(client, after, changes),
  ].map((finding) => ({ ...finding, clientId: client.clientId }))
  return { id: client.id, clientId: client.clientId, desired, after, changes, findings }
}

/** The present URLs of a client as a request: planning it finds what is wrong with them and changes no URL. */
export const presentUrls = (client: Client): DesiredSettings => {
  const { backchannelLogoutUrl, adminUrl } = settingsOf(client)
  return { ...(backchannelLogoutUrl ? { backchannelLogoutUrl } : {}), ...(adminUrl ? { adminUrl } : {}) }
}

/** Adds a warning to clients that get the same URL: each application has its own, so this is rarely intended. */
export function warnOfSharedUrls(plans: readonly ClientPlan[]): ClientPlan[] {
  const counts = new Map<string, number>()
  const desiredUrls = ({ desired }: ClientPlan) =>
    URL_FIELDS.flatMap((field) =>
      desired[field]?.startsWith('http') ? [{ field, url: desired[field] }] : [],
    )
  for (const plan of plans)
    for (const { field, url } of desiredUrls(plan))
      counts.set(`${field} ${url}`, (counts.get(`${field} ${url}`) ?? 0) + 1)
  return plans.map((plan) => ({
    ...plan,
    findings: [
      ...plan.findings,
      ...desiredUrls(plan).flatMap(({ field, url }): Finding[] => {
        const count = counts.get(`${field} ${url}`) ?? 0
        return count < 2
          ? []
          : [{ code: 'same-url', severity: 'warning', clientId: plan.clientId, url, args: { field, count } }]
      }),
    ],
  }))
}

function refusals(
  client: Client,
  desired: DesiredSettings,
  after: LogoutSettings,
  changes: readonly Change[],
): Finding[] {
  const findings: Finding[] = []
  if (client.protocol !== 'openid-connect')
    findings.push({ code: 'not-openid-connect', severity: 'error', args: { protocol: client.protocol } })
  const concerned = changes.some(
    ({ field }) => field === 'frontchannelLogout' || field === 'backchannelLogoutUrl',
  )
  if (desired.frontchannelLogout && after.backchannelLogoutUrl && concerned)
    findings.push({ code: 'front-channel-wanted', severity: 'error', url: after.backchannelLogoutUrl })
  return findings
}

const urlFindings = ({ rootUrl }: Client, desired: DesiredSettings): Finding[] =>
  URL_FIELDS.flatMap((field) => {
    const url = desired[field]
    if (url === undefined || url === null) return []
    const findings = checkUrl(url, field)
    return findings.some(({ severity }) => severity === 'error')
      ? findings
      : [...findings, ...checkAgainstRoot(url, field, rootUrl)]
  })

/** Warnings and notes about the client as it will be after the change. */
function notes(client: Client, after: LogoutSettings, changes: readonly Change[]): Finding[] {
  const { backchannelLogoutUrl: url, adminUrl } = after
  const findings: Finding[] = []
  const note = (severity: Finding['severity'], code: string, args?: Finding['args']) =>
    findings.push({ code, severity, ...(args ? { args } : {}) })
  if (changes.length > 0) {
    if (client.builtIn) note('warning', 'built-in')
    if (client.access?.configure === false) note('warning', 'not-allowed')
    if (!client.enabled) note('warning', 'disabled')
  }
  if (changes.some(({ field, to }) => field === 'frontchannelLogout' && to === false))
    note('info', 'front-channel-off')
  if (url && after.frontchannelLogout) note('warning', 'backchannel-silenced')
  if (url && !after.backchannelLogoutSessionRequired) note('info', 'no-sid')
  const alg = client.idTokenSignedResponseAlg
  if (url && alg?.startsWith('HS')) note('warning', 'logout-token-hs', { alg })
  if (adminUrl && !url) note('info', 'admin-url-only')
  if (url && !adminUrl) note('info', 'backchannel-only')
  return findings
}
