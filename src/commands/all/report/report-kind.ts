import type { ReportKind } from '../../../report/report.ts'
import type { AllOutcome } from '../outcome.ts'
import { buildPage } from './build-page.ts'
import { clientStatus } from './client-status.ts'

/** How the outcome of `all` becomes a report. */
export const allReport: ReportKind<AllOutcome> = {
  command: 'all',
  notified: (outcome) => outcome.clients.map((client) => clientStatus(client, outcome)),
  page: buildPage,
}
