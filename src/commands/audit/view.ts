import { bad, bold, dim, good, type Line, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { pluralize } from '../../util/format.ts'
import type { AuditRecord } from './tenant-audit.ts'

export interface TenantReport {
  readonly tenantUrl: string
  readonly since: string
  readonly records: readonly AuditRecord[]
  readonly seen: boolean
  /** The log has more records than were read, or more matching ones than are shown. */
  readonly cut?: true
  /** Why the log could not be read. */
  readonly error?: string
}

/** The matching records of each tenant. Says what was seen, never that a logout was received. */
export const auditView = ({ tenants }: { tenants: readonly TenantReport[] }, screen: Screen): Line[] => [
  ...tenants.flatMap((tenant) => [...tenantLines(tenant, screen), '']),
  ...wrapped(
    dim(
      'Experimental: how the platform words a logout is not documented. A record shows only that something was logged (see --match); no record proves nothing.',
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
        : warn(
            cut ? 'nothing seen in the part of the audit log that was read' : 'nothing seen in the audit log',
          ),
    dim(` since ${since}`),
  ],
  ...(error === undefined ? [] : wrapped(['  ', error], screen, 2)),
  ...(cut
    ? wrapped(
        [
          '  ',
          'The log has more records than are read or shown. Narrow it down with a later --since, or with --match.',
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
