import { audiences } from '../audience.ts'
import { issuerDifference } from '../issuer.ts'
import { isObject } from '../json.ts'
import { broken, type Departure, note, quote, type Subject, skip, typeOf } from './rule.ts'

/** Checks that several kinds of token share. Each kind has its own rules with their own level and section. */
export function checkSignature({ signature }: Subject): true | Departure {
  switch (signature.status) {
    case 'valid':
      return true
    case 'invalid':
      return broken(signature.reason, { expected: 'valid', actual: 'invalid' })
    default:
      return skip(signature.reason)
  }
}

export function checkIssuer({ payload, expect }: Subject): true | Departure {
  const { iss } = payload
  if (iss === undefined) return broken('iss is missing.', { expected: expect.issuer?.value ?? 'an issuer' })
  if (typeof iss !== 'string') return broken(`iss is ${typeOf(iss)}.`, { expected: 'a string', actual: iss })
  if (!expect.issuer) return skip(`iss is ${quote(iss)}; the expected issuer is not known. Give --issuer.`)
  if (iss === expect.issuer.value) return true
  const values = { expected: expect.issuer.value, actual: iss }
  const difference = issuerDifference(expect.issuer.value, iss)
  if (!expect.issuer.sure) {
    return skip(
      `iss differs from the issuer derived from ${expect.issuer.source}: ${difference}. The server was not asked for its issuer.`,
    )
  }
  return broken(`iss is not the expected issuer (from ${expect.issuer.source}): ${difference}.`, values)
}

export function checkAudience({ payload, expect }: Subject): true | Departure {
  const { aud } = payload
  const expected = expect.clientId ?? 'the client id'
  if (aud === undefined) return broken('aud is missing.', { expected })
  const all = audiences(aud)
  if (all.length === 0 || all.some((each) => typeof each !== 'string')) {
    return broken(`aud is ${quote(aud)}.`, { expected: 'a string or a list of strings', actual: aud })
  }
  if (expect.clientId === undefined) {
    return skip(`aud is ${quote(aud)}; the expected client is not known. Give --audience.`)
  }
  if (all.includes(expect.clientId)) return true
  return broken(`aud does not contain the client ${quote(expect.clientId)}.`, { expected, actual: aud })
}

/** `aud` of a token that only Keycloak reads: the issuer itself. */
export const checkOwnAudience = ({ payload: { aud, iss } }: Subject): true | Departure =>
  aud === iss || (Array.isArray(aud) && aud.includes(iss))
    ? true
    : broken(aud === undefined ? 'aud is missing.' : 'aud is not the issuer.', { expected: iss, actual: aud })

/** A claim that must be a non-empty string. */
export function checkText({ payload }: Subject, name: string): true | Departure {
  const value = payload[name]
  if (value === undefined) return broken(`${name} is missing.`, { expected: 'a string' })
  if (typeof value !== 'string')
    return broken(`${name} is ${typeOf(value)}.`, { expected: 'a string', actual: value })
  return value === '' ? broken(`${name} is empty.`, { expected: 'a non-empty string', actual: value }) : true
}

/** `sub`: at most 255 ASCII characters (OpenID Connect Core 1.0 section 2). */
export function checkSubject(subject: Subject): true | Departure {
  const text = checkText(subject, 'sub')
  if (text !== true) return text
  const sub = String(subject.payload.sub)
  if (sub.length > 255) {
    return broken(`sub has ${sub.length} characters.`, { expected: 'at most 255', actual: sub.length })
  }
  return isAscii(sub)
    ? true
    : broken('sub contains non-ASCII characters.', { expected: 'ASCII', actual: sub })
}

export const isAscii = (text: string) => !/[^\x00-\x7f]/.test(text)

const SYMMETRIC = /^HS\d{3}$/
export const isSymmetric = (alg: unknown) => typeof alg === 'string' && SYMMETRIC.test(alg)
export const isNone = (alg: unknown) => typeof alg === 'string' && alg.toLowerCase() === 'none'

export function checkAlgNone({ header, decoded }: Subject): true | Departure {
  if (decoded.form === 'claims') return skip('Claims alone have no alg.')
  if (header.alg === undefined)
    return broken('The header names no alg.', { expected: 'a signature algorithm' })
  return isNone(header.alg)
    ? broken('It is not signed: anyone could have written it.', {
        expected: 'a signature algorithm',
        actual: header.alg,
      })
    : true
}

/** The signature algorithm is the one that the client is registered with. */
export function checkAlg({ header, expect, decoded }: Subject): true | Departure {
  const { alg } = header
  if (decoded.form === 'claims') return skip('Claims alone have no alg.')
  if (typeof alg !== 'string') return broken('The header names no alg.', { expected: expect.alg ?? 'RS256' })
  if (expect.alg !== undefined) {
    return alg === expect.alg
      ? true
      : broken(`It is signed with ${alg}, and the client expects ${expect.alg}.`, {
          expected: expect.alg,
          actual: alg,
        })
  }
  if (alg === 'RS256') return true
  return skip(
    `Signed with ${alg}: correct if the client is registered with it (id_token_signed_response_alg); the default is RS256. Give --alg or --online.`,
  )
}

export function checkCrit({ header }: Subject): true | Departure {
  if (!Object.hasOwn(header, 'crit')) return true
  return broken(`The header requires unsupported extensions: ${quote(header.crit)}.`, {
    expected: 'no crit',
    actual: header.crit,
  })
}

/** Names the key that a token is bound to: DPoP (RFC 9449) or a client certificate (RFC 8705). */
export function checkBinding({ payload: { cnf } }: Subject): true | Departure {
  if (cnf === undefined) return true
  if (!isObject(cnf)) return broken(`cnf is ${typeOf(cnf)}.`, { expected: 'an object', actual: cnf })
  const bindings = [
    ...(cnf.jkt === undefined ? [] : ['a DPoP key (cnf.jkt): each request needs a DPoP proof with it']),
    ...(cnf['x5t#S256'] === undefined
      ? []
      : ['a client certificate (cnf.x5t#S256): the client must connect with it (mutual TLS)']),
  ]
  const bound =
    bindings.length > 0 ? bindings.join(', and to ') : `a key (cnf ${Object.keys(cnf).join(', ')})`
  return note(`It is bound to ${bound}.`, { actual: cnf })
}

const PARTS: Readonly<Record<string, string>> = {
  header: 'The header',
  payload: 'The payload',
  signature: 'The signature',
  token: 'The token',
}

export function checkStructure({ decoded }: Subject): true | Departure {
  const problems = decoded.problems.filter(({ code }) => code !== 'duplicate-member')
  if (problems.length === 0) return true
  const message = problems.map(({ part, detail }) => `${PARTS[part]}: ${detail}.`).join(' ')
  return broken(message, {
    expected: 'three parts of base64url; header and payload JSON objects in UTF-8',
    actual: problems.map(({ code }) => code).join(', '),
  })
}

export function checkMixedSignals({ classification }: Subject): true | Departure {
  const { kind, signals, mixed } = classification
  if (!mixed) return true
  const said = signals.map(({ from, value }) => `${from} ${quote(value)}`).join(', ')
  const kinds = signals.map((signal) => signal.kind)
  const message =
    new Set(kinds).size > 1
      ? 'It claims to be several kinds of token'
      : 'It claims to be another kind of token'
  return broken(`${message}: ${said}.`, { expected: kind, actual: kinds.join(', ') })
}
