import { explainClaim, explainHeader } from '../../token/claims.ts'
import type { TokenReport, TokenVerdict } from '../../token/inspect.ts'
import { accent, bad, bold, dim, good, type Line, type Screen, type Styled, warn } from '../../ui/text.ts'
import { hanging, wrappedText } from '../../ui/views/token-layout.ts'
import { ruleLines } from '../../ui/views/token-rules.ts'
import { memberLines } from './claims.view.ts'
import { receiverLines } from './receivers.view.ts'

/** The result of `inspect-token` with few tokens. */
export interface TokensResult {
  readonly tokens: readonly TokenReport[]
  readonly verdict: TokenVerdict
}

/** Returns the full explanation of tokens: content, claims, broken rules, receivers, commands. */
export function tokensView({ tokens }: TokensResult, screen: Screen): Line[] {
  const ruler = ['', dim('─'.repeat(Math.min(screen.columns, 80))), '']
  return [
    ...tokens.flatMap((token, index) => [...(index > 0 ? ruler : []), ...tokenView(token, screen)]),
    // Several tokens take more than a screen: the verdicts once more at the end.
    ...(tokens.length > 1 ? [...ruler, ...tokens.map(headline)] : []),
  ]
}

function tokenView(token: TokenReport, screen: Screen): Line[] {
  const { header, payload, kind } = token
  const now = Date.parse(token.times.judgedAt ?? '') / 1000
  return [
    headline(token),
    '',
    ...aboutLines(token, screen),
    ...(header
      ? ['', bold('Header'), ...memberLines(header, (name) => explainHeader(name, header), screen)]
      : []),
    ...(payload
      ? [
          '',
          bold('Claims'),
          ...memberLines(payload, (name) => explainClaim(name, payload, kind, now), screen),
        ]
      : []),
    '',
    ...ruleLines(token.rules, screen),
    ...receiverLines(token, screen),
    ...commandLines(token, screen),
  ]
}

const VERDICTS: Readonly<Record<TokenVerdict, Styled>> = {
  pass: good('PASS'),
  fail: bad('FAIL'),
  unverified: warn('UNVERIFIED'),
}

/** Returns the kind, the place and the verdict of a token. */
export function headline({ name, form, label, line, verdict, rules }: TokenReport): Line {
  const what = form === 'claims' ? `${name}, its claims only` : name
  const where = line === undefined ? label : `line ${line}`
  const failed = rules.filter(({ status }) => status === 'fail').length
  const said = failed > 0 ? `, ${failed === 1 ? '1 rule fails' : `${failed} rules fail`}` : ''
  return [bold(what), where === undefined ? '' : dim(` (${where})`), ': ', VERDICTS[verdict], said]
}

function aboutLines(token: TokenReport, screen: Screen): Line[] {
  const { about, signature, times, kind } = token
  const { server, realm, clientId, userId, username, sessionId } = about
  const user = username === null ? userId : userId === null ? username : `${username} (${userId})`
  const rows: [string, string | null][] = [
    ['server', server],
    ['realm', realm],
    ['client', clientId],
    ['user', user],
    ['session', sessionId],
  ]
  return [
    ...rows.flatMap(([name, value]) =>
      value === null ? [] : hanging([accent(name.padEnd(11))], value, screen),
    ),
    ...hanging(
      [accent('signature'.padEnd(11)), SIGNATURES[signature.status], '  '],
      signature.reason,
      screen,
      11,
    ),
    ...(kind === 'encrypted' || token.payload === null
      ? []
      : hanging([accent('time'.padEnd(11)), TIME_WORDS[times.state], '  '], timeText(times), screen, 11)),
  ]
}

const SIGNATURES: Readonly<Record<TokenReport['signature']['status'], Styled>> = {
  valid: good('valid'),
  invalid: bad('invalid'),
  'not-checked': warn('NOT CHECKED'),
  'not-checkable': warn('not checkable'),
}
const TIME_WORDS: Readonly<Record<TokenReport['times']['state'], Styled>> = {
  current: good('current'),
  'not-yet': bad('not valid yet'),
  aged: warn('expired'),
  'never-valid': bad('never valid'),
  'no-expiry': dim('no expiry'),
}

function timeText({ issuedAt, expiresAt, judgedAt }: TokenReport['times']): string {
  const span = [issuedAt && `from ${plain(issuedAt)}`, expiresAt && `until ${plain(expiresAt)}`].filter(
    Boolean,
  )
  return [...span, judgedAt && `checked for ${plain(judgedAt)} UTC`].filter(Boolean).join(' ')
}

const plain = (iso: string) => iso.replace('T', ' ').replace('Z', '')

const UNPROVEN = 'Server and names come from the unverified token: make sure that they are yours.'

/** Commands are not wrapped, so that they can be copied. */
function commandLines({ commands, signature }: TokenReport, screen: Screen): Line[] {
  if (commands.length === 0) return []
  return [
    '',
    bold('Suggested commands'),
    ...commands.flatMap(({ purpose, command }): Line[] => [
      ['  ', dim(`# ${purpose}`)],
      ['  ', command],
    ]),
    ...(signature.status === 'valid'
      ? []
      : wrappedText(UNPROVEN, screen.columns - 2).map((text): Line => ['  ', warn(text)])),
  ]
}
