import {
  duration,
  formatTime,
  isoTime,
  looksLikeMilliseconds,
  relativeTime,
  timeAndDistance,
} from '../../util/time.ts'
import { broken, type Departure, fail, note, type Subject, typeOf } from './rule.ts'

/** Checks of time claims that several kinds of token share. */

/** Returns a time claim in seconds, or what is wrong with its type or unit. */
function readTime(name: string, value: unknown): number | Departure {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return broken(`${name} is ${typeOf(value)}.`, {
      expected: 'seconds since 1970, as a number',
      actual: value,
    })
  }
  if (looksLikeMilliseconds(value)) {
    return fail(`${name} looks like milliseconds: as seconds it is ${formatTime(value)}.`, {
      expected: `seconds, such as ${Math.floor(value / 1000)}`,
      actual: value,
      fix: 'The issuer must write seconds since 1970 (RFC 7519 section 2, NumericDate).',
    })
  }
  return value
}

export function checkIssuedAt({ payload, expect }: Subject): true | Departure {
  if (payload.iat === undefined) return broken('iat is missing.', { expected: 'seconds since 1970' })
  const iat = readTime('iat', payload.iat)
  if (typeof iat !== 'number') return iat
  const ahead = iat - expect.now
  if (ahead <= expect.tolerance) return true
  return broken(`iat is ${duration(ahead)} in the future.${skewHint(expect.clockOffset, ahead)}`, {
    expected: `at most ${expect.tolerance} s after ${formatTime(expect.now)}`,
    actual: formatTime(iat),
    fix: 'Set the clocks of Keycloak and of this machine (NTP), or give --clock-tolerance.',
  })
}

/** Checks an `exp` that is present. An `exp` before `iat` fails at any level: the token was never valid. */
export function checkExpiry(subject: Subject): true | Departure {
  const { payload, expect, decoded } = subject
  const exp = readTime('exp', payload.exp)
  if (typeof exp !== 'number') return exp
  // An iat in milliseconds fails its own rule and says nothing about exp.
  const iat = typeof payload.iat === 'number' && !looksLikeMilliseconds(payload.iat) ? payload.iat : undefined
  if (iat !== undefined && exp <= iat) {
    return fail(`exp is not after iat: the token was never valid.`, {
      expected: `after ${formatTime(iat)}`,
      actual: formatTime(exp),
      fix: 'Check the token lifespan in the issuer.',
    })
  }
  if (expect.now - expect.tolerance < exp) return true
  const values = { expected: `after ${formatTime(expect.now)}`, actual: formatTime(exp) }
  const began = iat === undefined ? '' : `from ${formatTime(iat)} `
  if (decoded.form === 'claims') {
    return note(
      `Valid ${began}until ${formatTime(exp)}: these claims come from a token that has since expired.`,
      values,
    )
  }
  const then = isoTime(iat ?? exp - 1)
  return broken(
    `It expired ${relativeTime(exp, expect.now)}; its lifetime was ${began}until ${formatTime(exp)}.${skewHint(expect.clockOffset, expect.now - exp)}`,
    { ...values, fix: `To check it for that time: --at ${then}`, aged: true },
  )
}

/** Says whether the difference of the clocks can explain this many seconds. */
function skewHint(offset: number | undefined, seconds: number): string {
  if (offset === undefined || Math.abs(offset) < 5) return ''
  const direction = offset > 0 ? 'ahead of' : 'behind'
  const explains = Math.abs(offset) >= Math.abs(seconds) / 2 ? ', which is probably the reason' : ''
  return ` The server's clock is ${Math.round(Math.abs(offset))} s ${direction} this machine's${explains}.`
}

/** Checks `nbf` if present (RFC 7519 section 4.1.5). */
export function checkNotBefore({ payload, expect }: Subject): true | Departure {
  if (payload.nbf === undefined) return true
  const nbf = readTime('nbf', payload.nbf)
  if (typeof nbf !== 'number') return nbf
  if (nbf <= expect.now + expect.tolerance) return true
  return broken(`It is not valid before ${timeAndDistance(nbf, expect.now)}.`, {
    expected: `no later than ${formatTime(expect.now)}`,
    actual: formatTime(nbf),
  })
}
