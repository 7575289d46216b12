import { bad, bold, dim, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { wrapped } from '../../ui/wrap.ts'
import { formatNumber } from '../../util/format.ts'
import { type FindingGroup, sampleOf } from './group.ts'
import type { ExplainedFinding } from './texts/texts.ts'

/** At most this many findings of one code; `--json` has them all. */
const MOST_FINDINGS = 10

/** A group with every finding (a sample of many), the reasons, the fixes and what was seen. */
export function detailLines(group: FindingGroup, screen: Screen): Line[] {
  const { severity, findings, code } = group
  const mark = severity === 'error' ? bad('x ') : warn('! ')
  const [first] = findings
  if (!first) return []
  const whys = [...new Set(findings.map(({ why }) => why))]
  const isOneFix = findings.every(({ fix }) => fix === first.fix)
  const isAlone = findings.length === 1
  return [
    ...wrapped([mark, ...(isAlone ? nameOf(first) : []), ...titleOf(group)], screen),
    ...(isAlone ? urlLine(first) : itemLines(findings, isOneFix, screen)),
    ...whys.flatMap((why) => wrapped(['  ', dim('why  '), why], screen, 7)),
    ...(isOneFix ? wrapped(['  ', dim('fix  '), first.fix], screen, 7) : []),
    ...(isAlone && first.evidence !== first.message
      ? wrapped(['  ', dim('seen '), dim(first.evidence)], screen, 7)
      : []),
    [dim(`  ${code}`)],
  ]
}

const titleOf = ({ title, findings }: FindingGroup): Piece[] =>
  findings.length === 1 ? [title] : [bold(title), dim(` (${formatNumber(findings.length)})`)]
const nameOf = ({ clientId }: ExplainedFinding): Piece[] =>
  clientId === undefined ? [] : [bold(clientId), ': ']
const urlLine = ({ url }: ExplainedFinding): Line[] => (url === undefined ? [] : [[dim(`  ${url}`)]])

function itemLines(findings: readonly ExplainedFinding[], isOneFix: boolean, screen: Screen): Line[] {
  const shown = sampleOf(findings, MOST_FINDINGS)
  const isOneMessage = findings.every(({ message }) => message === findings[0]?.message)
  const more = findings.length - shown.length
  return [
    ...shown.flatMap((finding) => [
      ...wrapped(['  ', ...itemOf(finding, isOneMessage)], screen, 4),
      ...(isOneFix ? [] : wrapped(['    ', dim('fix '), finding.fix], screen, 8)),
    ]),
    ...(more > 0 ? [dim(`  and ${formatNumber(more)} more (--json lists all)`)] : []),
  ]
}

/** The client with what is particular about this finding: its URL and what was seen, or its own message. */
function itemOf({ clientId, url, evidence, message }: ExplainedFinding, isOneMessage: boolean): Piece[] {
  const seen = evidence === message ? (isOneMessage ? undefined : message) : evidence
  const parts = clientId === undefined ? [isOneMessage ? seen : message] : [bold(clientId), url, seen]
  return parts
    .filter((part) => part !== undefined)
    .flatMap((part, i) => [i > 0 ? '  ' : '', typeof part === 'string' ? dim(part) : part])
}
