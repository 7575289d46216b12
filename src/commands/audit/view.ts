import { bad, bold, dim, good, type Line, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { pluralize } from '../../util/format.ts'
import type { AuditRecord } from './tenant-audit.ts'

export interface TenantReport {
  readonly tenantUrl: string
  readonly since: string
  readonly records: readonly AuditRecord[]
  readonly seen: boolean
  /** There is more in the log than was read, or more that matches than is shown. */
  readonly cut?: true
  /** Why the log could not be read. */
  readonly error?: string
}

/** Tenant by tenant, the records that match. It says what was seen, and claims no more. */
export const auditView = ({ tenants }: { tenants: readonly TenantReport[] }, screen: Screen): Line[] => [
  ...tenants.flatMap((tenant) => [...tenantLines(tenant, screen), '']),
  ...wrapped(
    dim(
      'Experimental: how the platform words a logout is not documented, so a record shows only that something was written down (--match). No record proves nothing.',
    ),
    screen,
    0,
  ),
]

const tenantLines = (
  { tenantUrl, since, records, seen, cut, error }: TenantReport,
  screen: Screen,
): Line[] => [
  [
    bold(tenantUrl),
    '  ',
    error !== undefined
      ? bad('not read')
      : seen
        ? good(
            `seen in the audit log: ${pluralize(records.length, 'record')}${cut ? ', and there may be more' : ''}`,
          )
        : warn(cut ? 'nothing seen in what was read of the audit log' : 'nothing seen in the audit log'),
    dim(` since ${since}`),
  ],
  ...(error === undefined ? [] : wrapped(['  ', error], screen, 2)),
  ...(cut
    ? wrapped(
        [
          '  ',
          'There is more in it than is read or shown at once: a later --since or --match narrows it down.',
        ],
        screen,
        2,
      )
    : []),
  ...records.flatMap(({ time, type, user, activity, text }) =>
    wrapped(
      [
        '  ',
        dim(time),
        '  ',
        [type, user, activity].filter(Boolean).join(' · '),
        text && text !== activity ? `: ${text}` : '',
      ],
      screen,
      4,
    ),
  ),
]
