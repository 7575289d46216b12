import type { RealmSummary } from '../../cli/realms/realm-result.ts'
import { badCount } from '../../cli/realms/summary-cells.ts'
import type { ConfigureOutcome } from '../../client-settings/outcome.ts'
import { bad, good } from '../../ui/text.ts'
import { formatNumber } from '../../util/format.ts'

/** A realm of several in one line. */
export const realmSummary: RealmSummary<ConfigureOutcome> = {
  heads: [{ head: 'clients', align: 'right' }, { head: 'to change', align: 'right' }, { head: '' }],
  cells({ clients, verdict }) {
    const changes = clients.filter(({ status }) => status === 'would-change').length
    return [
      formatNumber(clients.length),
      badCount(changes),
      verdict === 'unchanged' ? good('unchanged') : bad(verdict),
    ]
  },
  verdict({ verdict }) {
    if (verdict === 'incomplete') return 'partial'
    return verdict === 'changed' ? 'done' : verdict
  },
}
