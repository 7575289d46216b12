import { table } from '../../ui/table.ts'
import { accent, bold, dim, good, type Line, type Screen } from '../../ui/text.ts'
import { formatDateTime } from '../../util/format.ts'

export interface ProfileEntry {
  readonly name: string
  readonly active: boolean
  readonly server: string | null
  readonly realm: string | null
  readonly username: string | null
  readonly clientId: string
  readonly signIn: string | null
}

export interface ProfileList {
  readonly file: string
  readonly profiles: readonly ProfileEntry[]
}

export function profileListView({ file, profiles }: ProfileList, { columns }: Screen): Line[] {
  if (profiles.length === 0) return ['There is no profile yet: kc-logout login makes one.', dim(file)]
  return [
    ...table(
      [
        { head: '' },
        { head: 'profile' },
        { head: 'server', least: 10 },
        { head: 'realm' },
        { head: 'who', least: 10 },
        { head: 'signs in by' },
      ],
      profiles.map(({ name, active, server, realm, username, clientId, signIn }) => [
        active ? good('*') : '',
        active ? bold(name) : name,
        server ?? dim('-'),
        realm ?? dim('-'),
        username ?? `client ${clientId}`,
        signIn ?? dim('-'),
      ]),
      columns,
    ),
    '',
    dim(`* is used unless --profile or KC_LOGOUT_PROFILE names another. ${file}`),
  ]
}

export interface ProfileShown {
  readonly profile: string | null
  readonly file: string
  /** Each value that the next command would use, and where it comes from. */
  readonly values: readonly { readonly name: string; readonly value: string; readonly source: string }[]
  /** What is kept besides, without what it says. */
  readonly kept: readonly {
    readonly what: string
    readonly path: string
    readonly origin: string
    readonly until: string | null
  }[]
}

export function profileShownView({ profile, file, values, kept }: ProfileShown, { columns }: Screen): Line[] {
  return [
    profile === null ? 'No profile takes part.' : ['Profile ', bold(profile), dim(`  ${file}`)],
    '',
    ...table(
      [{ head: 'value' }, { head: 'is', least: 10 }, { head: 'from', least: 10 }],
      values.map(({ name, value, source }) => [name, value, dim(source)]),
      columns,
    ),
    ...(kept.length === 0 ? [] : ['']),
    ...kept.flatMap(({ what, path, origin, until }): Line[] => [
      [
        `kept: ${what} for `,
        accent(origin),
        until === null ? '' : ` until ${formatDateTime(Date.parse(until))}`,
      ],
      dim(`      ${path}`),
    ]),
  ]
}
