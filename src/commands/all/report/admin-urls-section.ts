import { type Cell, quoted, type Section } from '../../../report/page.ts'
import { whyText } from '../../../report/texts.ts'
import type { AllReport } from './all-report.ts'

/** A realm may have thousands of clients; the JSON lists all. */
const MAX_CLIENTS = 200

/** Every Admin URL that Keycloak's realm logout calls, clients without sessions included. */
export function adminUrlsSection({ outcome: { adminUrls } }: AllReport): Section[] {
  if (adminUrls.length === 0) return []
  const row = ({ clientId, url, reached, why }: (typeof adminUrls)[number]): Cell[] => [
    { text: quoted(clientId) },
    { text: quoted(url) },
    {
      text: reached,
      tone: reached === 'yes' ? 'good' : reached === 'no' ? 'bad' : 'unsure',
    },
    {
      text:
        reached === 'yes'
          ? 'Keycloak reached its Admin URL right after the logout.'
          : whyText({
              clientId,
              status: 'unconfirmed',
              why: why === undefined ? null : `admin-url-${why}`,
            }),
    },
  ]
  return [
    {
      title: 'Calls to Admin URLs',
      blocks: [
        {
          kind: 'table',
          heads: [
            { text: 'Client' },
            { text: 'Admin URL' },
            { text: 'Reached by a push' },
            { text: 'Reason' },
          ],
          rows: adminUrls.slice(0, MAX_CLIENTS).map(row),
          more: Math.max(0, adminUrls.length - MAX_CLIENTS),
        },
      ],
    },
  ]
}
