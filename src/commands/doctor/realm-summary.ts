import type { RealmSummary } from '../../cli/realms/realm-result.ts'
import { bad, dim, good, warn } from '../../ui/text.ts'
import { formatNumber } from '../../util/format.ts'
import type { DoctorDocument } from './view.ts'

/** A realm of several in one line. */
export const realmSummary: RealmSummary<DoctorDocument> = {
  heads: [
    { head: 'clients', align: 'right' },
    { head: 'errors', align: 'right' },
    { head: 'warnings', align: 'right' },
    { head: '' },
  ],
  cells({ clients, findings, verdict }) {
    const open = findings.filter(({ accepted }) => !accepted)
    const count = (severity: string) => open.filter((finding) => finding.severity === severity).length
    const toned = (number: number, tone: typeof bad) => (number === 0 ? dim('0') : tone(formatNumber(number)))
    return [
      formatNumber(clients),
      toned(count('error'), bad),
      toned(count('warning'), warn),
      verdict === 'pass' ? good('pass') : bad('fail'),
    ]
  },
  verdict: ({ verdict }) => verdict,
}
