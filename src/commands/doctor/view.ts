import type { CommandAllowed } from '../../core/roles.ts'
import { bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { pluralize } from '../../util/format.ts'
import type { SaidFinding } from './texts/texts.ts'

export interface DoctorDocument {
  readonly server: { readonly url: string; readonly version: string | null; readonly issuer: string | null }
  readonly realm: string
  readonly clients: number
  readonly urls: number
  readonly probed: boolean
  readonly commands: readonly CommandAllowed[]
  readonly findings: readonly (SaidFinding & { readonly accepted?: true })[]
  readonly verdict: 'pass' | 'fail'
}

/** The patient, the findings worst first, and what to make of them. Notes are a line each. */
export function doctorView(document: DoctorDocument, screen: Screen): Line[] {
  const open = document.findings.filter(({ accepted }) => !accepted)
  const of = (severity: SaidFinding['severity']) => open.filter((finding) => finding.severity === severity)
  const [errors, warnings, notes] = [of('error'), of('warning'), of('info')]
  const accepted = document.findings.length - open.length
  return [
    ...patient(document, screen),
    '',
    ...[...errors, ...warnings].flatMap((finding) => [...findingLines(finding, screen), '']),
    ...notes.flatMap((finding) => noteLines(finding, screen)),
    ...(notes.length > 0 ? [''] : []),
    [
      errors.length > 0 ? bad(pluralize(errors.length, 'error')) : good('no error'),
      ', ',
      warnings.length > 0 ? warn(pluralize(warnings.length, 'warning')) : 'no warning',
      ...(accepted > 0 ? [dim(`, ${accepted} accepted`)] : []),
      dim(
        ` (${pluralize(document.clients, 'client')}, ${pluralize(document.urls, 'URL')} looked at from here)`,
      ),
    ],
    ...(document.probed || document.urls === 0
      ? []
      : wrapped(dim('Whether anybody answers there, and rightly: --probe.'), screen, 0)),
  ]
}

const patient = ({ server, realm, commands }: DoctorDocument, screen: Screen): Line[] => [
  ...wrapped(
    [bold(realm), ` at ${server.url}`, dim(server.version === null ? '' : ` (Keycloak ${server.version})`)],
    screen,
  ),
  ...wrapped(
    [
      dim('allowed: '),
      ...commands.flatMap((command, index) => [
        index > 0 ? ' ' : '',
        allowed(command, index < commands.length - 1 ? ',' : ''),
      ]),
    ],
    screen,
  ),
]

const allowed = ({ name, allowed: is }: CommandAllowed, comma: string): Piece => {
  if (is === 'yes') return good(`${name}${comma}`)
  return is === 'no' ? bad(`${name} (no)${comma}`) : dim(`${name} (not known)${comma}`)
}

function findingLines(
  { severity, clientId, url, message, why, fix, evidence, code }: SaidFinding,
  screen: Screen,
): Line[] {
  const mark = severity === 'error' ? bad('x ') : warn('! ')
  return [
    ...wrapped([mark, ...(clientId === undefined ? [] : [bold(clientId), ': ']), message], screen),
    ...(url === undefined ? [] : [[dim(`  ${url}`)]]),
    ...wrapped(['  ', dim('why  '), why], screen, 7),
    ...wrapped(['  ', dim('fix  '), fix], screen, 7),
    ...(evidence === message ? [] : wrapped(['  ', dim('seen '), dim(evidence)], screen, 7)),
    [dim(`  ${code}`)],
  ]
}

const noteLines = ({ clientId, message, code }: SaidFinding, screen: Screen): Line[] =>
  wrapped([dim('i '), clientId === undefined ? '' : `${clientId}: `, message, dim(`  ${code}`)], screen)
