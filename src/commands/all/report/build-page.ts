import { answersSection } from '../../../report/answers-section.ts'
import { clientsSection } from '../../../report/clients-section.ts'
import type { Page } from '../../../report/page.ts'
import type { Report } from '../../../report/report.ts'
import { runSection } from '../../../report/run-section.ts'
import { tokensSection } from '../../../report/tokens-section.ts'
import type { AllOutcome } from '../outcome.ts'
import { adminUrlsSection } from './admin-urls-section.ts'
import { failuresSection } from './failures-section.ts'
import { verdictBox } from './headline.ts'
import { heldBackSection } from './held-back-section.ts'
import { afterSection, beforeSection, stepsSection } from './step-sections.ts'
import { timelineSection } from './timeline-section.ts'

/** The report as a page, with the most important facts for a reader of the ticket first. */
export const buildPage = (report: Report<AllOutcome>): Page => ({
  title: report.planOnly ? 'Plan of a realm logout' : 'Realm logout',
  realm: report.where.realm,
  verdict: verdictBox(report),
  sections: [
    runSection(report),
    ...timelineSection(report),
    beforeSection(report),
    stepsSection(report),
    clientsSection({ ...report, clients: report.outcome.clients }),
    ...answersSection(report.outcome),
    ...adminUrlsSection(report),
    ...failuresSection(report),
    ...heldBackSection(report),
    ...afterSection(report),
    ...tokensSection(report),
  ],
  footer: `Written by kc-logout ${report.kcLogout.version}. Contains names of users and clients: store it accordingly.`,
})
