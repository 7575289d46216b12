import type { Finding } from '../core/finding.ts'
import type { Client, LogoutSettings } from '../core/model.ts'
import { type Change, type DesiredSettings, differences, settingsOf, URL_FIELDS } from './settings.ts'
import { checkAgainstRoot, checkUrl } from './url-check.ts'

/** What will change at one client. Findings of severity `error` are reasons to refuse. */
export interface ClientPlan {
  readonly id: string
  readonly clientId: string
  /** What was asked for, with what follows from it. */
  readonly wanted: DesiredSettings
  /** How the client is to look afterwards. */
  readonly after: LogoutSettings
  readonly changes: readonly Change[]
  readonly findings: readonly Finding[]
}

/**
 * Compares a client with what is wanted of it. A Backchannel Logout URL switches the front channel off, as Keycloak
 * would otherwise send nothing to it (keycloak#15058); to ask for both is refused, unless the client has just that
 * already and nothing of it is to change. What is not wanted stays as it is, however wrong it may be.
 */
export function planClient(client: Client, asked: DesiredSettings): ClientPlan {
  const present = settingsOf(client)
  const wanted: DesiredSettings =
    asked.backchannelLogoutUrl && asked.frontchannelLogout === undefined
      ? { ...asked, frontchannelLogout: false }
      : asked
  const after = { ...present, ...wanted }
  const changes = differences(present, wanted)
  const findings = [
    ...refusals(client, wanted, after, changes),
    ...urlFindings(client, wanted),
    ...notes(client, after, changes),
  ].map((finding) => ({ ...finding, clientId: client.clientId }))
  return { id: client.id, clientId: client.clientId, wanted, after, changes, findings }
}

/** The client's present URLs as what is wanted: a plan of it says what is wrong with them, and changes no URL. */
export const presentUrls = (client: Client): DesiredSettings => {
  const { backchannelLogoutUrl, adminUrl } = settingsOf(client)
  return { ...(backchannelLogoutUrl ? { backchannelLogoutUrl } : {}), ...(adminUrl ? { adminUrl } : {}) }
}

/** Names the clients that are given the same URL: each application has its own, so this is rarely meant. */
export function sameUrls(plans: readonly ClientPlan[]): ClientPlan[] {
  const clients = new Map<string, number>()
  const wantedUrls = ({ wanted }: ClientPlan) =>
    URL_FIELDS.flatMap((field) => (wanted[field]?.startsWith('http') ? [{ field, url: wanted[field] }] : []))
  for (const plan of plans)
    for (const { field, url } of wantedUrls(plan))
      clients.set(`${field} ${url}`, (clients.get(`${field} ${url}`) ?? 0) + 1)
  return plans.map((plan) => ({
    ...plan,
    findings: [
      ...plan.findings,
      ...wantedUrls(plan).flatMap(({ field, url }): Finding[] => {
        const count = clients.get(`${field} ${url}`) ?? 0
        return count < 2
          ? []
          : [{ code: 'same-url', severity: 'warning', clientId: plan.clientId, url, args: { field, count } }]
      }),
    ],
  }))
}

function refusals(
  client: Client,
  wanted: DesiredSettings,
  after: LogoutSettings,
  changes: readonly Change[],
): Finding[] {
  const findings: Finding[] = []
  if (client.protocol !== 'openid-connect')
    findings.push({ code: 'not-openid-connect', severity: 'error', args: { protocol: client.protocol } })
  const contradictory = changes.some(
    ({ field }) => field === 'frontchannelLogout' || field === 'backchannelLogoutUrl',
  )
  if (wanted.frontchannelLogout && after.backchannelLogoutUrl && contradictory)
    findings.push({ code: 'front-channel-wanted', severity: 'error', url: after.backchannelLogoutUrl })
  return findings
}

const urlFindings = ({ rootUrl }: Client, wanted: DesiredSettings): Finding[] =>
  URL_FIELDS.flatMap((field) => {
    const url = wanted[field]
    if (url === undefined || url === null) return []
    const findings = checkUrl(url, field)
    return findings.some(({ severity }) => severity === 'error')
      ? findings
      : [...findings, ...checkAgainstRoot(url, field, rootUrl)]
  })

/** What will hold once the plan is done, and deserves a word. */
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
