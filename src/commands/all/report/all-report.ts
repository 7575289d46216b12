import type { Report } from '../../../report/report.ts'
import type { AllOutcome } from '../outcome.ts'

/** The record of a run of `all`. */
export type AllReport = Report<AllOutcome>
