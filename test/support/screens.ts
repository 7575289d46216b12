import type { ClientResult } from '../../src/core/client-result.ts'
import { knownNotifications, plannedNotifications } from '../../src/core/known-notifications.ts'
import { exactly } from '../../src/core/notifications.ts'
import type { SessionEntry } from '../../src/core/session-item.ts'
import { plain } from '../../src/ui/palette.ts'
import { renderLines } from '../../src/ui/render.ts'
import { widthOf } from '../../src/ui/table.ts'
import type { View } from '../../src/ui/text.ts'

/** A view as plain text. */
export const screen = <T>(view: View<T>, value: T, columns = 80) =>
  renderLines(view(value, { columns }), plain)

/** The widths in which every screen must fit. */
export const WIDTHS = [60, 70, 80, 100, 132]
export const tooWide = (text: string, columns: number) =>
  text.split('\n').filter((line) => widthOf(line) > columns)

/** A session that ends. */
export const sessionEntry = (values: Partial<SessionEntry> = {}): SessionEntry => ({
  id: 'kZ7HDDubFYnsA3gnwhJzw_nJ',
  offline: false,
  started: '2026-01-02T03:04:05.000Z',
  lastAccess: '2026-01-02T03:14:05.000Z',
  ipAddress: '192.168.100.100',
  clients: ['shop'],
  ended: false,
  planned: true,
  ...values,
})

/** A client that is notified. */
export const clientEntry = (values: Partial<ClientResult> = {}): ClientResult => ({
  clientId: 'shop',
  channel: 'backchannel',
  url: 'https://shop.example/logout',
  expectation: 'notified',
  ...plannedNotifications(exactly(values.sessions ?? 1)),
  accessTokenLifespan: 300,
  sessions: 1,
  ended: 0,
  alongside: false,
  ...values,
})

/** A client that is not notified. */
export const unnotifiedClient = (values: Partial<ClientResult> = {}) =>
  clientEntry({
    clientId: 'silent',
    channel: 'none',
    url: null,
    expectation: 'not-notified',
    reason: 'no-url',
    ...values,
  })

/** A long client id. */
export const LONG_ID = 'a-client-with-a-name-that-is-rather-long-for-any-screen'
const LONG_URL = `https://${'tenant-with-a-long-name.'.repeat(3)}example.com/user/logout/oidc`

/** Clients with long ids and URLs. */
export const LONG_CLIENTS = [
  unnotifiedClient({ clientId: LONG_ID }),
  clientEntry({
    clientId: LONG_ID,
    url: LONG_URL,
    sessions: 1234,
    ended: 1234,
    ...knownNotifications(exactly(1234)),
  }),
]
