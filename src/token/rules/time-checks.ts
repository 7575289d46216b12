import {
  duration,
  formatTime,
  isoTime,
  looksLikeMilliseconds,
  relativeTime,
  timeAndDistance,
} from '../../util/time.ts'
import { broken, type Departure, fail, note, type Subject, typeOf } from './rule.ts'

/** Checks of the time claims that several kinds of token share. */

/** A time claim's type and unit. Answers the number, or what is wrong. */
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
      fix: 'Let the issuer write seconds since 1970 (RFC 7519 section 2, NumericDate).',
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
    expected: `no later than ${formatTime(expect.now)} and ${expect.tolerance} s`,
    actual: formatTime(iat),
    fix: 'Set the clocks of Keycloak and of this machine (NTP), or give --clock-tolerance.',
  })
}

/** `exp`, present. One that has passed is told apart from one that never left room for the token to be valid. */
export function checkExpiry(subject: Subject): true | Departure {
  const { payload, expect, decoded } = subject
  const exp = readTime('exp', payload.exp)
  if (typeof exp !== 'number') return exp
  // One in milliseconds is wrong by itself, and says nothing about exp.
  const iat = typeof payload.iat === 'number' && !looksLikeMilliseconds(payload.iat) ? payload.iat : undefined
  if (iat !== undefined && exp <= iat) {
    return fail(`exp is not after iat: the token never was valid.`, {
      expected: `after ${formatTime(iat)}`,
      actual: formatTime(exp),
      fix: 'Look at the lifespan that the issuer is set to.',
    })
  }
  if (expect.now - expect.tolerance < exp) return true
  const values = { expected: `after ${formatTime(expect.now)}`, actual: formatTime(exp) }
  const began = iat === undefined ? '' : `from ${formatTime(iat)} `
  if (decoded.form === 'claims') {
    return note(
      `Valid ${began}until ${formatTime(exp)}: these claims are the record of a token that has expired since.`,
      values,
    )
  }
  const then = isoTime(iat ?? exp - 1)
  return broken(
    `It expired ${relativeTime(exp, expect.now)}; its time was ${began}until ${formatTime(exp)}.${skewHint(expect.clockOffset, expect.now - exp)}`,
    { ...values, fix: `To judge it as of then: --at ${then}`, aged: true },
  )
}

/** Does the distance between two clocks explain this many seconds? */
function skewHint(offset: number | undefined, seconds: number): string {
  if (offset === undefined || Math.abs(offset) < 5) return ''
  const direction = offset > 0 ? 'ahead of' : 'behind'
  const explains = Math.abs(offset) >= Math.abs(seconds) / 2 ? ', which is likely the reason' : ''
  return ` The server's clock is ${Math.round(Math.abs(offset))} s ${direction} this machine's${explains}.`
}

/** `nbf`, where there is one (RFC 7519 section 4.1.5). */
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
