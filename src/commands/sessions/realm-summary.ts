import type { RealmSummary } from '../../cli/realms/realm-result.ts'
import { formatNumber } from '../../util/format.ts'
import { notNotifiedCount } from './clients.view.ts'
import type { SessionsResult } from './view.ts'

/** A realm of several in one line. */
export const realmSummary: RealmSummary<SessionsResult> = {
  heads: [
    { head: 'client sessions', align: 'right' },
    { head: 'offline', align: 'right' },
    { head: 'users', align: 'right' },
    { head: 'clients', align: 'right' },
    { head: 'not notified', align: 'right' },
  ],
  cells: ({ clients, totals }) => [
    formatNumber(totals.active),
    formatNumber(totals.offline),
    totals.users === undefined ? '?' : formatNumber(totals.users),
    formatNumber(totals.clients),
    notNotifiedCount(clients),
  ],
  verdict: () => 'done',
}
