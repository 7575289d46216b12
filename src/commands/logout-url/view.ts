import { accent, bad, bold, dim, type Line, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import type { SaidFinding } from './texts.ts'

export interface LogoutUrlDocument {
  readonly url: string
  readonly endpoint: string
  readonly parameters: Readonly<Record<string, string>>
  readonly findings: readonly SaidFinding[]
  readonly snippet?: string
}

/** The URL whole, or the snippet, and nothing else: it is copied, piped and opened. */
export const logoutUrlView = ({ url, snippet }: LogoutUrlDocument): Line[] =>
  snippet === undefined ? [accent(url)] : snippet.trimEnd().split('\n')

/** What Keycloak would not do of it. */
export const findingsView = (findings: readonly SaidFinding[], screen: Screen): Line[] =>
  findings.flatMap((finding) => findingLines(finding, screen))

const MARKS = { error: bad('x '), warning: warn('! '), info: dim('i ') } as const

const findingLines = ({ severity, message, why, fix }: SaidFinding, screen: Screen): Line[] => [
  ...wrapped([MARKS[severity], bold(message)], screen),
  ...wrapped(['  ', why], screen, 2),
  ...wrapped(['  ', dim('fix '), fix], screen, 2),
]
