import type { CertificateFacts, Look, TlsLook, UrlFacts } from '../facts.ts'
import { type Args, type Rule, when } from './rule.ts'

/** Keycloak waits this long for a response, for each session. */
export const KEYCLOAK_WAITS_MS = 5000
const SOON = 14 * 86_400_000

export interface UrlSubject extends UrlFacts {
  /** Milliseconds since the epoch. */
  readonly now: number
}

const tlsOf = ({ look }: UrlSubject): TlsLook | undefined => (look.kind === 'ok' ? look.tls : undefined)
const day = (time: number) => new Date(time).toISOString().slice(0, 10)

/** A rule about a connection that failed. */
const fault = (code: string): Rule<UrlSubject> => ({
  code,
  severity: 'error',
  check: ({ look, url }) =>
    look.kind === 'failed' && look.fault === code
      ? { host: hostAndPort(url), detail: look.detail, addresses: look.addresses.join(', ') }
      : undefined,
})

/** A rule about the first wrong certificate of the chain. */
const certificates = (
  code: string,
  wrong: (certificate: CertificateFacts, now: number) => boolean,
): Rule<UrlSubject> => ({
  code,
  severity: 'error',
  check: (subject) => {
    const bad = tlsOf(subject)?.chain.find((certificate) => wrong(certificate, subject.now))
    return bad && { certificate: bad.subject, from: day(bad.from), until: day(bad.until) }
  },
})

/** The last certificate of an untrusted chain; undefined for a trusted one. */
function untrusted(subject: UrlSubject): { top: CertificateFacts; length: number } | undefined {
  const tls = tlsOf(subject)
  const top = tls?.chain.at(-1)
  return tls && !tls.trusted && top ? { top, length: tls.chain.length } : undefined
}
const issuerArgs = ({ top }: { top: CertificateFacts }): Args => ({
  certificate: top.subject,
  issuer: top.issuer,
})

/** A rule about the HTTP status of the response to a forged logout token. */
const answered = (
  code: string,
  severity: 'error' | 'warning',
  fits: (status: number) => boolean,
): Rule<UrlSubject> => ({
  code,
  severity,
  check: ({ answer }) =>
    answer?.kind === 'answered' && fits(answer.status)
      ? { status: answer.status, ...(answer.location === undefined ? {} : { location: answer.location }) }
      : undefined,
})

/** Rules about one URL: name, connection, certificates, and with `--probe` the response. */
export const URL_RULES: readonly Rule<UrlSubject>[] = [
  fault('unknown-host'),
  fault('refused'),
  fault('unreachable'),
  fault('connect-timeout'),
  fault('connection-closed'),
  fault('tls-not-spoken'),
  fault('tls-old-protocol'),
  fault('tls-client-certificate'),
  fault('tls-failed'),
  certificates('tls-expired', ({ until }, now) => until < now),
  certificates('tls-not-yet-valid', ({ from }, now) => from > now),
  {
    code: 'tls-expires-soon',
    severity: 'warning',
    check: (subject) => {
      const leaf = tlsOf(subject)?.chain[0]
      const left = leaf ? leaf.until - subject.now : Number.POSITIVE_INFINITY
      return left >= 0 && left < SOON && leaf
        ? { certificate: leaf.subject, until: day(leaf.until), from: day(leaf.from) }
        : undefined
    },
  },
  {
    code: 'tls-wrong-name',
    severity: 'error',
    check: (subject) => {
      const problem = tlsOf(subject)?.nameProblem
      return problem === undefined ? undefined : { host: hostAndPort(subject.url), detail: problem }
    },
  },
  {
    code: 'tls-self-signed',
    severity: 'error',
    check: (subject) => {
      const found = untrusted(subject)
      return found?.top.selfSigned && found.length === 1 ? issuerArgs(found) : undefined
    },
  },
  {
    code: 'tls-missing-intermediate',
    severity: 'error',
    check: (subject) => {
      const found = untrusted(subject)
      return found && !found.top.selfSigned && found.top.namesIssuerUrl ? issuerArgs(found) : undefined
    },
  },
  {
    code: 'tls-unknown-ca',
    severity: 'error',
    check: (subject) => {
      const found = untrusted(subject)
      if (!found) return undefined
      const { top, length } = found
      return (top.selfSigned ? length > 1 : !top.namesIssuerUrl) ? issuerArgs(found) : undefined
    },
  },
  answered('accepts-forged-token', 'error', (status) => status >= 200 && status < 300),
  answered('answers-redirect', 'error', (status) => status >= 300 && status < 400),
  answered('answers-401', 'warning', (status) => status === 401),
  answered('answers-403', 'warning', (status) => status === 403),
  answered('answers-404', 'error', (status) => status === 404),
  answered('answers-405', 'error', (status) => status === 405),
  answered('answers-5xx', 'error', (status) => status >= 500),
  answered(
    'answers-other',
    'warning',
    (status) => status > 400 && status < 500 && ![401, 403, 404, 405].includes(status),
  ),
  {
    code: 'slow',
    severity: 'error',
    check: ({ answer }) =>
      answer?.kind === 'answered' && answer.ms > KEYCLOAK_WAITS_MS
        ? { seconds: seconds(answer.ms) }
        : undefined,
  },
  {
    code: 'no-answer',
    severity: 'error',
    check: ({ answer }) => (answer?.kind === 'silent' ? { seconds: seconds(answer.ms) } : undefined),
  },
  {
    code: 'broken-answer',
    severity: 'error',
    check: ({ answer }) => (answer?.kind === 'failed' ? { detail: answer.detail } : undefined),
  },
  {
    code: 'admin-url-test-failed',
    severity: 'warning',
    check: ({ tested }) =>
      tested && tested.failed.length > 0 ? { urls: tested.failed.join(', ') } : undefined,
  },
  {
    code: 'admin-url-not-tested',
    severity: 'warning',
    check: ({ notProbed }) =>
      notProbed && notProbed.why !== 'no-issuer'
        ? { why: notProbed.why, detail: notProbed.detail }
        : undefined,
  },
  {
    code: 'answer-not-known',
    severity: 'warning',
    check: ({ notProbed }) => when(notProbed?.why === 'no-issuer'),
  },
]

/** Can Keycloak reach the application at all? Otherwise a call shows nothing new. */
export function isSound(look: Look, now: number): boolean {
  if (look.kind !== 'ok') return false
  const { tls } = look
  return (
    tls === undefined ||
    (tls.trusted &&
      tls.nameProblem === undefined &&
      tls.chain.every(({ from, until }) => from <= now && now <= until))
  )
}

const seconds = (ms: number) => Math.round(ms / 100) / 10

function hostAndPort(url: string): string {
  const { hostname, port, protocol } = new URL(url)
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
}
