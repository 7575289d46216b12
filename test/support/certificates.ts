import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** X.509 certificates created at run time, valid or with one fault, so that the repository contains no key. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  readonly subject: string
  readonly privateKey: KeyObject
}

export interface CertificateOptions {
  readonly subject?: string
  /** The issuer; self-signed by default. */
  readonly issuer?: Certificate
  readonly ca?: boolean
  /** Host names and IPv4 addresses of the certificate. */
  readonly names?: readonly string[]
  readonly from?: Date
  readonly until?: Date
  /** The URL of the issuer's certificate: browsers fetch it, Java does not. */
  readonly issuerUrl?: string
}

const DAY = 86_400_000

export function certificate({
  subject = 'kc-logout test',
  issuer,
  ca = false,
  names = ['127.0.0.1'],
  from = new Date(Date.now() - DAY),
  until = new Date(Date.now() + DAY),
  issuerUrl,
}: CertificateOptions = {}): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const extensions = [
    sequence(oid('551d13'), der(0x01, [0xff]), octets(sequence(...(ca ? [der(0x01, [0xff])] : [])))),
    sequence(oid('551d11'), octets(sequence(...names.map(generalName)))),
    ...(issuerUrl === undefined ? [] : [issuerAt(issuerUrl)]),
  ]
  const body = sequence(
    der(0xa0, integer(2)),
    integer(Math.floor(Math.random() * 2 ** 31)),
    ECDSA,
    name(issuer?.subject ?? subject),
    sequence(time(from), time(until)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey)
  const whole = sequence(body, ECDSA, der(0x03, Buffer.concat([Buffer.of(0), signature])))
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    subject,
    privateKey,
  }
}

function der(tag: number, content: Uint8Array | readonly number[]): Buffer {
  const bytes = Buffer.from(content)
  const { length } = bytes
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), bytes])
}

const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts))
const octets = (content: Buffer) => der(0x04, content)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const ECDSA = sequence(oid('2a8648ce3d040302'))

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt32BE(value, 1)
  let start = 0
  while (start < 4 && bytes[start] === 0 && (bytes[start + 1] ?? 0) < 0x80) start++
  return der(0x02, bytes.subarray(start))
}

const name = (common: string) =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(common, 'utf8')))))

const time = (date: Date) =>
  der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`, 'ascii'))

const generalName = (value: string) =>
  /^[\d.]+$/.test(value) ? der(0x87, value.split('.').map(Number)) : der(0x82, Buffer.from(value, 'ascii'))

/** Authority Information Access with one "CA Issuers" (RFC 5280 section 4.2.2.1). */
const issuerAt = (url: string) =>
  sequence(
    oid('2b06010505070101'),
    octets(sequence(sequence(oid('2b06010505073002'), der(0x86, Buffer.from(url, 'ascii'))))),
  )
