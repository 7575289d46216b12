import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeOtlp } from './otlp-protobuf.ts'
import { type OtlpReceiver, receiveOtlp } from './otlp-receiver.ts'

const OURS = '0123456789abcdef0000000000000001'
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

const request = (traceId: string) => ({
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            {
              traceId: base64(traceId),
              spanId: base64('00f067aa0ba902b7'),
              parentSpanId: base64('00f067aa0ba902b8'),
              kind: 3,
              startTimeUnixNano: '1700000000000000000',
              endTimeUnixNano: '1700000000005000000',
              attributes: [
                { key: 'url.full', value: { stringValue: 'https://shop.example/logout' } },
                { key: 'http.response.status_code', value: { intValue: '400' } },
              ],
              events: [
                {
                  attributes: [
                    { key: 'exception.type', value: { stringValue: 'java.net.ConnectException' } },
                    { key: 'exception.message', value: { stringValue: 'Connection refused' } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  ],
})

const SPAN = {
  traceId: OURS,
  spanId: '00f067aa0ba902b7',
  parentSpanId: '00f067aa0ba902b8',
  kind: 'client',
  start: 1_700_000_000_000,
  milliseconds: 5,
  attributes: new Map([
    ['url.full', 'https://shop.example/logout'],
    ['http.response.status_code', '400'],
  ]),
  exceptions: ['java.net.ConnectException: Connection refused'],
}

describe('the OTLP receiver', () => {
  let receiver: OtlpReceiver
  beforeEach(async () => {
    receiver = await receiveOtlp({ host: '127.0.0.1', port: 0 }, (traceId) => traceId === OURS)
  })
  afterEach(() => receiver.close())

  const send = async (body: Uint8Array | string, headers: Record<string, string>, path = '/v1/traces') => {
    const url = `http://127.0.0.1:${receiver.port}${path}`
    return (await fetch(url, { method: 'POST', headers, body: Buffer.from(body) })).status
  }
  const PROTOBUF = { 'content-type': 'application/x-protobuf' }

  it('takes protobuf, packed or not', async () => {
    expect(await send(encodeOtlp(request(OURS)), PROTOBUF)).toBe(200)
    expect(await receiver.spans(OURS)).toEqual([SPAN])
    expect(await send(gzipSync(encodeOtlp(request(OURS))), { ...PROTOBUF, 'content-encoding': 'gzip' })).toBe(
      200,
    )
    expect(await receiver.spans(OURS)).toEqual([SPAN, SPAN])
  })

  it('takes JSON', async () => {
    expect(await send(JSON.stringify(request(OURS)), { 'content-type': 'application/json' })).toBe(200)
    expect(await receiver.spans(OURS)).toEqual([SPAN])
  })

  it('keeps no spans of other traces', async () => {
    const other = 'ffffffffffffffff0000000000000001'
    expect(await send(encodeOtlp(request(other)), PROTOBUF)).toBe(200)
    expect(await receiver.spans(other)).toEqual([])
  })

  it('answers 400 to what is no export, 404 elsewhere', async () => {
    expect(await send('nonsense', PROTOBUF)).toBe(400)
    expect(await send('{', { 'content-type': 'application/json' })).toBe(400)
    expect(await send('', PROTOBUF, '/')).toBe(404)
  })
})

it('an address in use is an error', async () => {
  const first = await receiveOtlp({ host: '127.0.0.1', port: 0 }, () => true)
  await expect(receiveOtlp({ host: '127.0.0.1', port: first.port }, () => true)).rejects.toThrow('EADDRINUSE')
  await first.close()
})
