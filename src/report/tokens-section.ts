import { type Block, quoted, type Section, type Text } from './page.ts'
import { timeText } from './texts.ts'
import type { TokenTimes } from './token-times.ts'

/** Rows of the table; the JSON lists all. */
const MAX_CLIENTS = 50

interface Timed {
  readonly tokens: TokenTimes | null
  readonly when: { readonly utcOffset: string }
}

/** Until when tokens from before may live on. Empty for a plan. */
export function tokensSection({ tokens, when: { utcOffset } }: Timed): Section[] {
  if (tokens === null) return []
  const at = (iso: string) => timeText(iso, utcOffset)
  const { accessUntil, clients, offline, offlineUnusedUntil, offlineUsedUntil } = tokens
  const facts: [string, Text][] = [
    [
      'Access tokens',
      accessUntil === null
        ? 'Until when those from before are valid is unknown: this account may not read it.'
        : `Those from before are valid until ${at(accessUntil)} at the latest, where an application checks them itself.`,
    ],
    ['Offline tokens', OFFLINE_TEXTS[offline]],
  ]
  if (offlineUnusedUntil !== null) facts.push(['Not used, they end', at(offlineUnusedUntil)])
  if (offlineUsedUntil !== null) facts.push(['In use, they end', at(offlineUsedUntil)])
  else if (offlineUnusedUntil !== null)
    facts.push(['In use, they end', 'never: the realm limits only the time without use'])
  const table: Block = {
    kind: 'table',
    heads: [{ text: 'Client with another lifespan' }, { text: 'Access tokens valid until' }],
    rows: clients
      .slice(0, MAX_CLIENTS)
      .map((client) => [{ text: quoted(client.clientId) }, { text: at(client.accessUntil) }]),
    more: Math.max(0, clients.length - MAX_CLIENTS),
  }
  return [
    {
      title: 'Tokens from before',
      blocks: [{ kind: 'facts', facts }, ...(clients.length > 0 ? [table] : [])],
    },
  ]
}

const OFFLINE_TEXTS: Readonly<Record<TokenTimes['offline'], string>> = {
  none: 'There was no offline session.',
  stopped: 'Keycloak accepts none from before any more.',
  kept: 'Those of sessions that did not end stay valid.',
  unknown: 'Whether those from before were stopped is unknown.',
}
