import type { SaidFinding } from '../../core/logout-url/texts.ts'
import { accent, bad, bold, dim, type Line, type Screen, warn } from '../text.ts'
import { wrapped } from '../wrap.ts'

export interface LogoutUrlDocument {
  readonly url: string
  readonly endpoint: string
  readonly parameters: Readonly<Record<string, string>>
  readonly findings: readonly SaidFinding[]
  readonly snippet?: string
}

/** The URL whole and on a line of its own, so that it can be copied; then what Keycloak would not do of it. */
export const logoutUrlView = ({ url, findings, snippet }: LogoutUrlDocument, screen: Screen): Line[] => [
  ...(snippet === undefined ? [accent(url)] : snippet.trimEnd().split('\n')),
  ...(findings.length > 0 ? [''] : []),
  ...findings.flatMap((finding) => findingLines(finding, screen)),
]

const MARKS = { error: bad('x '), warning: warn('! '), info: dim('i ') } as const

const findingLines = ({ severity, message, why, fix }: SaidFinding, screen: Screen): Line[] => [
  ...wrapped([MARKS[severity], bold(message)], screen),
  ...wrapped(['  ', why], screen, 2),
  ...wrapped(['  ', dim('fix '), fix], screen, 2),
]
