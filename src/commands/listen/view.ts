import type { TokenReport } from '../../token/inspect.ts'
import type { RuleResult } from '../../token/rules/rule.ts'
import { eventTypes } from '../../token/security-event.ts'
import { accent, bad, bold, dim, good, type Line, type Piece, type Screen, warn } from '../../ui/text.ts'
import { hanging } from '../../ui/views/token-layout.ts'
import { findingLines } from '../../ui/views/token-rules.ts'
import type { Forwarded } from './logout-request.ts'

/** A received request as `listen` prints it; one line of the JSON output. */
export interface ReceivedRequest {
  /** ISO 8601. */
  readonly time: string
  readonly method: string
  readonly path: string
  readonly kind: 'logout' | 'admin-action' | 'security-event' | 'unknown'
  readonly token: Omit<TokenReport, 'rules'> | null
  readonly rules: readonly RuleResult[]
  readonly answered: { readonly status: number; readonly body: string }
  readonly forwarded?: Pick<Forwarded, 'status' | 'body' | 'ms' | 'error'>
}

/** The request, the rules that it breaks, and the answer. */
export function requestView(received: ReceivedRequest, screen: Screen): Line[] {
  const { time, method, path, token, rules, answered, forwarded } = received
  const failed = rules.filter(({ status }) => status === 'fail')
  const warned = rules.filter(({ status, level }) => status === 'warn' && level !== 'may')
  const inner = { columns: screen.columns - 2 }
  const notes = rules.filter(({ status, level }) => status === 'warn' && level === 'may')
  return [
    [dim(time.slice(11, 19)), '  ', bold(`${method} ${path}`)],
    ...(token ? aboutLines(token, screen) : [['  ', bad('no token')]]),
    ...[...failed, ...warned, ...notes].flatMap((rule) => findingLines(rule, inner).map(indented)),
    ...(forwarded ? forwardedLines(forwarded, screen) : []),
    ...hanging(['  answered ', statusPiece(answered.status), ' '], answered.body.slice(0, 500), screen, 4),
    '',
  ]
}

const indented = (line: Line): Line => ['  ', ...(Array.isArray(line) ? line : [line])]

function aboutLines(token: Omit<TokenReport, 'rules'>, screen: Screen): Line[] {
  const { about, signature, verdict } = token
  const mark: Piece =
    verdict === 'pass' ? good('PASS') : verdict === 'fail' ? bad('FAIL') : warn('UNVERIFIED')
  const names: [string, string | null][] = [
    ['client', about.clientId],
    ['user', about.userId],
    ['session', about.sessionId],
  ]
  return [
    [
      '  ',
      mark,
      ` ${nameOf(token)}`,
      ...names.flatMap(([name, value]): Piece[] =>
        name === 'client' && value !== null ? ['  ', accent(value)] : [],
      ),
    ],
    ...names
      .slice(1)
      .flatMap(([name, value]) => (value === null ? [] : hanging(['  ', dim(`${name} `)], value, screen))),
    ...(signature.status === 'valid' || signature.status === 'invalid'
      ? []
      : hanging(['  ', warn('signature NOT CHECKED ')], signature.reason, screen, 4)),
  ]
}

/** What the token is: `logout token`, `action LOGOUT`, `security event session-revoked`. */
function nameOf({ kind, payload }: Omit<TokenReport, 'rules'>): string {
  if (kind === 'security-event') {
    const events = eventTypes(payload ?? {}).map((type) => type.split('/').at(-1))
    return ['security event', ...events].join(' ')
  }
  return typeof payload?.action === 'string' ? `action ${payload.action}` : 'logout token'
}

function forwardedLines(
  { status, body, ms, error }: NonNullable<ReceivedRequest['forwarded']>,
  screen: Screen,
): Line[] {
  if (status === null)
    return [['  receiver ', bad(`did not answer: ${error ?? 'unknown reason'}`), dim(` (${ms} ms)`)]]
  return [
    ['  receiver answered ', statusPiece(status), dim(` (${ms} ms)`)],
    ...(body ? hanging(['    '], body.slice(0, 2000), screen) : []),
  ]
}

const statusPiece = (status: number): Piece =>
  status === 200 || status === 204
    ? good(String(status))
    : status < 400
      ? warn(String(status))
      : bad(String(status))
