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
  if (profiles.length === 0) return ['No profile yet. Create one with kc-logout login.', dim(file)]
  return [
    ...table(
      [
        { head: '' },
        { head: 'profile' },
        { head: 'server', least: 10 },
        { head: 'realm' },
        { head: 'user', least: 10 },
        { head: 'signs in with' },
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
    dim(`* is active: it is used without --profile and KC_LOGOUT_PROFILE. ${file}`),
  ]
}

export interface ProfileShown {
  readonly profile: string | null
  readonly file: string
  /** Each value that the next command uses, with its source. */
  readonly values: readonly { readonly name: string; readonly value: string; readonly source: string }[]
  /** Stored tokens and secrets, without their content. */
  readonly kept: readonly {
    readonly what: string
    readonly path: string
    readonly origin: string
    readonly until: string | null
  }[]
}

export function profileShownView({ profile, file, values, kept }: ProfileShown, { columns }: Screen): Line[] {
  return [
    profile === null ? 'No profile is used.' : ['Profile ', bold(profile), dim(`  ${file}`)],
    '',
    ...table(
      [{ head: 'setting' }, { head: 'value', least: 10 }, { head: 'from', least: 10 }],
      values.map(({ name, value, source }) => [name, value, dim(source)]),
      columns,
    ),
    ...(kept.length === 0 ? [] : ['']),
    ...kept.flatMap(({ what, path, origin, until }): Line[] => [
      [
        `stored: ${what} for `,
        accent(origin),
        until === null ? '' : ` until ${formatDateTime(Date.parse(until))}`,
      ],
      dim(`        ${path}`),
    ]),
  ]
}
