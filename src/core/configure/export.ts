import type { Client, LogoutSettings } from '../model.ts'
import { FIELDS, settingsOf } from './settings.ts'

export interface Exported {
  readonly realm: string
  readonly clients: readonly ({ readonly clientId: string } & LogoutSettings)[]
}

/** The present settings in the form that `configure --file` reads. */
export const exported = (realm: string, clients: readonly Client[]): Exported => ({
  realm,
  clients: clients.map((client) => ({ clientId: client.clientId, ...settingsOf(client) })),
})

/** The same as YAML. All text is quoted, so that no name is read as a number, a date or `no`. */
export function toYaml({ realm, clients }: Exported): string {
  const lines = [`realm: ${quoted(realm)}`, 'clients:']
  for (const client of clients) {
    lines.push(`  - clientId: ${quoted(client.clientId)}`)
    for (const field of FIELDS) {
      const value = client[field]
      lines.push(`    ${field}: ${typeof value === 'string' ? quoted(value) : String(value)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** Letters and numbers of any script stay readable; all else that is not plain ASCII, and letters that nobody sees, are escaped. */
const quoted = (text: string) =>
  `"${text.replace(/[^\x20-\x7e\p{L}\p{N}]|\p{Default_Ignorable_Code_Point}|["\\]/gu, (char) => {
    if (char === '"' || char === '\\') return `\\${char}`
    const code = char.codePointAt(0) ?? 0
    const hex = code.toString(16).toUpperCase()
    return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
  })}"`
