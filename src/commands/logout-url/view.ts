import { accent, bad, bold, dim, type Line, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import type { ExplainedFinding } from './texts.ts'

export interface LogoutUrlDocument {
  readonly url: string
  readonly endpoint: string
  readonly parameters: Readonly<Record<string, string>>
  readonly findings: readonly ExplainedFinding[]
  readonly snippet?: string
}

/** Only the whole URL, or the code: it is copied, piped and opened. */
export const logoutUrlView = ({ url, snippet }: LogoutUrlDocument): Line[] =>
  snippet === undefined ? [accent(url)] : snippet.trimEnd().split('\n')

/** What Keycloak would refuse or ignore. */
export const findingsView = (findings: readonly ExplainedFinding[], screen: Screen): Line[] =>
  findings.flatMap((finding) => findingLines(finding, screen))

const MARKS = { error: bad('x '), warning: warn('! '), info: dim('i ') } as const

const findingLines = ({ severity, message, why, fix }: ExplainedFinding, screen: Screen): Line[] => [
  ...wrapped([MARKS[severity], bold(message)], screen),
  ...wrapped(['  ', why], screen, 2),
  ...wrapped(['  ', dim('fix '), fix], screen, 2),
]
