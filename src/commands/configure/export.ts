import { planClient, presentUrls } from '../../client-settings/plan.ts'
import { FIELDS, settingsOf } from '../../client-settings/settings.ts'
import { textsOf } from '../../client-settings/texts.ts'
import type { Finding } from '../../core/finding.ts'
import type { Client, LogoutSettings } from '../../core/model.ts'

export interface ExportedSettings {
  readonly realm: string
  readonly clients: readonly ({ readonly clientId: string } & Partial<LogoutSettings>)[]
}

/**
 * The present settings in the form that `configure --file` reads.
 * A URL that would be refused there is left out, which means "as it is": otherwise one odd client would make the whole
 * file unreadable.
 */
export const exportedSettings = (realm: string, clients: readonly Client[]): ExportedSettings => ({
  realm,
  clients: clients.map((client) => {
    const refused = refusedUrls(client).map(({ args }) => args?.field)
    const settings = Object.entries(settingsOf(client)).filter(([field]) => !refused.includes(field))
    return { clientId: client.clientId, ...Object.fromEntries(settings) }
  }),
})

/** Why present URLs of this client would be refused in a file; `args.field` names each. */
export const refusedUrls = (client: Client): Finding[] =>
  planClient(client, presentUrls(client)).findings.filter(
    ({ severity, args }) => severity === 'error' && args?.field !== undefined,
  )

/**
 * Exported settings as YAML. All strings are quoted, so that no name is read as a number, a date or `no`.
 * @param refused the URLs that were left out; a comment takes their place
 */
export function toYaml({ realm, clients }: ExportedSettings, refused: readonly Finding[] = []): string {
  const lines = [`realm: ${quoted(realm)}`, 'clients:']
  for (const client of clients) {
    lines.push(`  - clientId: ${quoted(client.clientId)}`)
    for (const field of FIELDS) {
      const value = client[field]
      if (value === undefined) {
        const reason = refused.find((one) => one.clientId === client.clientId && one.args?.field === field)
        lines.push(`    # ${field} is left out${reason ? `: ${quoted(textsOf(reason).message)}` : ''}`)
        continue
      }
      lines.push(`    ${field}: ${typeof value === 'string' ? quoted(value) : String(value)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** Quotes a string for YAML. Escapes everything but ASCII and visible letters and digits of any script. */
const quoted = (text: string) =>
  `"${text.replace(/[^\x20-\x7e\p{L}\p{N}]|\p{Default_Ignorable_Code_Point}|["\\]/gu, (char) => {
    if (char === '"' || char === '\\') return `\\${char}`
    const code = char.codePointAt(0) ?? 0
    const hex = code.toString(16).toUpperCase()
    return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
  })}"`
