import { gzipSync } from 'node:zlib'
import { answers, changed, endless, type Fault, loseAnswer, raw, reset } from '../support/fault-server.ts'

/** A fault of a broken or hostile server, and how the program must end when it meets it while reading. */
export interface FaultRow {
  readonly fault: Fault
  /** The exit code if an admin request meets it. */
  readonly code: number
  /** Other exit codes, depending on timing. */
  readonly also?: readonly number[]
  /** The exit code while the base path is searched; default: `code`. */
  readonly atStart?: number
  /** Extra milliseconds that each such request may take, by timeout. */
  readonly takes?: (timeout: number) => number
  /** What is sent again after it: all repeatable requests, or only GETs of the admin API. */
  readonly retried?: 'repeatable' | 'reads'
}

const inASecond = () => new Date(Date.now() + 1500).toUTCString()
const late = (timeout: number) => timeout + 500
const HTML = { 'content-type': 'text/html' }
const PAGE = '<!doctype html><title>Sign in</title><form action="/login">'
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
const MEGABYTE = 1024 * 1024
const bomb = gzipSync(Buffer.alloc(10 * MEGABYTE, ' '))

/** The target of redirects: no request may arrive there. */
export const ELSEWHERE = { url: '' }

const redirect = (status: number, target: () => string): FaultRow => ({
  fault: (wire) => answers(status, '', { location: target() })(wire),
  code: 6,
})

const closed = { code: 6, retried: 'reads', takes: () => 1600 } as const
const wrong = { code: 1, atStart: 6 }
const away = { code: 6, retried: 'repeatable', takes: () => 1600 } as const
const pausing = { ...away, takes: () => 2600 }

export const FAULTS: Readonly<Record<string, FaultRow>> = {
  ...Object.fromEntries(
    [301, 302, 303, 307, 308].flatMap((status) => [
      [`${status} to another host`, redirect(status, () => `${ELSEWHERE.url}/admin/realms/customers`)],
      [`${status} to the same host`, redirect(status, () => '/elsewhere')],
    ]),
  ),
  '302 without a Location': { fault: answers(302), code: 6 },
  '304': { fault: answers(304), code: 6 },

  '200 with a web page': { fault: answers(200, PAGE, HTML), ...wrong },
  '200 with nothing': { fault: answers(200, ''), ...wrong },
  '200 with half a document': {
    fault: changed((answer) => ({
      ...answer,
      status: 200,
      body: `${answer.body.slice(0, 20) || '{'}"a":[1,`,
    })),
    ...wrong,
  },
  '200 with a number': { fault: answers(200, '1'), ...wrong },
  '200 with null': { fault: answers(200, 'null'), ...wrong },
  '200 with a list of lists': { fault: answers(200, '[[[]]]'), ...wrong },
  '200 with 200,000 nested lists': {
    fault: answers(200, '['.repeat(200_000) + ']'.repeat(200_000)),
    ...wrong,
  },
  '200 with bytes that are not text': {
    fault: answers(200, Buffer.from('fffe00d8c328a0a1', 'hex')),
    ...wrong,
  },
  '206 with a part': { fault: changed((answer) => ({ ...answer, status: 206, body: '[' })), ...wrong },

  '401, always': { fault: answers(401, '{"error":"HTTP 401 Unauthorized"}'), code: 4, atStart: 6 },
  '403': { fault: answers(403, '{"error":"HTTP 403 Forbidden"}'), code: 4, atStart: 6 },
  '404 with a web page': { fault: answers(404, PAGE, HTML), code: 5, atStart: 6 },
  '405': { fault: answers(405), code: 1, atStart: 6 },
  '418': { fault: answers(418, '{}'), code: 1, atStart: 6 },
  '429 with Retry-After in seconds': {
    fault: answers(429, '', { 'retry-after': '1' }),
    code: 1,
    takes: () => 1600,
  },
  '429 with Retry-After as a date': {
    fault: (wire) => answers(429, '', { 'retry-after': inASecond() })(wire),
    code: 1,
    takes: () => 2600,
  },
  '500': { fault: answers(500, '{"error":"unknown_error"}'), ...away, code: 1 },
  '502 with a web page': { fault: answers(502, PAGE, HTML), ...away },
  '503 with Retry-After in seconds': { fault: answers(503, '', { 'retry-after': '1' }), ...pausing },
  '503 with Retry-After as a date': {
    fault: (wire) => answers(503, '', { 'retry-after': inASecond() })(wire),
    ...pausing,
  },
  '503 with an invalid Retry-After': { fault: answers(503, '', { 'retry-after': 'soon; -1' }), ...away },
  '503 with a Retry-After in the past': {
    fault: answers(503, '', { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }),
    ...away,
  },
  '504': { fault: answers(504), ...away },
  '599': { fault: answers(599), ...away, code: 1 },

  'a reset before the head': { fault: reset, ...closed },
  'an end before the head': { fault: ({ socket }) => void socket.end(), ...closed },
  'a reset after the head': {
    fault: ({ socket }) =>
      void socket.write(`${HEAD}content-length: 100\r\n\r\n[`, () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      ),
    ...closed,
  },
  'an end inside the body': {
    fault: ({ socket }) => void socket.end(`${HEAD}content-length: 100\r\n\r\n[{"id":`),
    ...closed,
  },
  'an end inside a chunk': {
    fault: ({ socket }) => void socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\nff\r\n[{"id":`),
    ...closed,
  },
  'an answer that gets lost': { fault: loseAnswer, ...closed },
  'no answer': { fault: () => {}, code: 6, takes: late },
  'half a head': { fault: raw('HTTP/1.1 200 OK\r\ncontent-'), code: 6, takes: late },
  'a head byte by byte': { fault: endless('HTTP/1.1 200 OK\r\nx-long: ', 'y', 20), code: 6, takes: late },
  'endless interim answers': {
    fault: endless('', 'HTTP/1.1 103 Early Hints\r\n\r\n', 20),
    code: 6,
    takes: late,
  },
  'an endless head': { fault: endless('HTTP/1.1 200 OK\r\nx: ', 'y'.repeat(65_536)), code: 6 },
  'endless header fields': {
    fault: endless('HTTP/1.1 200 OK\r\n', `x: ${'y'.repeat(1000)}\r\n`),
    code: 6,
  },
  'a body that stops': { fault: raw(`${HEAD}content-length: 100\r\n\r\n[`), code: 6, takes: late },
  'a body byte by byte': {
    fault: endless(`${HEAD}content-length: 999999\r\n\r\n[`, ' ', 30),
    code: 6,
    takes: (timeout) => timeout * 10 + 500,
  },
  'an endless body': {
    fault: endless(
      `${HEAD}transfer-encoding: chunked\r\n\r\n`,
      Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MEGABYTE, ' '), Buffer.from('\r\n')]),
    ),
    code: 1,
    atStart: 1,
    takes: () => 4000,
    also: [6],
  },
  'a body of 100 MB': {
    fault: ({ socket }) => {
      socket.write(`${HEAD}content-length: ${100 * MEGABYTE}\r\n\r\n`)
      for (let n = 0; n < 100; n++) socket.write(SPACES)
    },
    code: 1,
    atStart: 1,
    takes: () => 4000,
    also: [6],
  },
  'a gzip bomb': { fault: answers(200, bomb, { 'content-encoding': 'gzip' }), code: 1, atStart: 1 },
  'an invalid brotli body': {
    fault: answers(200, '[]', { 'content-encoding': 'br' }),
    code: 1,
    atStart: 1,
  },
  'a chunk with an invalid size': {
    fault: raw(`${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n`),
    code: 6,
  },
  'two lengths': { fault: raw(`${HEAD}content-length: 2\r\ncontent-length: 40\r\n\r\n[]`), code: 6 },
  'a length and chunks': {
    fault: raw(`${HEAD}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n[]`),
    code: 6,
  },
  'another protocol': { fault: raw('SSH-2.0-OpenSSH_9.6\r\n'), code: 6 },
  '101': {
    fault: raw('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'),
    code: 6,
    takes: late,
  },
}

const SPACES = Buffer.alloc(MEGABYTE, ' ')

/** Faults that every command meets even in the short selection; of the others each meets two commands. */
export const CORE: ReadonlySet<string> = new Set([
  '302 to another host',
  '307 to the same host',
  '200 with a web page',
  '200 with nothing',
  '200 with half a document',
  '200 with a list of lists',
  '401, always',
  '403',
  '429 with Retry-After in seconds',
  '500',
  '502 with a web page',
  '503 with Retry-After as a date',
  '504',
  'a reset before the head',
  'a reset after the head',
  'an end inside the body',
  'an answer that gets lost',
  'no answer',
  'a head byte by byte',
  'a body that stops',
  'an endless body',
  'a body of 100 MB',
  'a gzip bomb',
  'another protocol',
])

/** Unusual, but valid: every command must succeed. */
export const HARMLESS: Readonly<Record<string, Fault>> = {
  'a connection closed after each answer, announced': async ({ send, right }) => {
    const answer = await right()
    send({ ...answer, headers: { ...answer.headers, connection: 'close' } })
  },
  'a kept connection closed with the answer, unannounced': async ({ socket, send, right }) => {
    send(await right())
    socket.end()
  },
  'an answer without a length': async ({ socket, right }) => {
    const { status, headers, body } = await right()
    const type = headers['content-type'] ? `content-type: ${headers['content-type']}\r\n` : ''
    socket.end(`HTTP/1.0 ${status} X\r\n${type}connection: close\r\n\r\n${status === 204 ? '' : body}`)
  },
  'an answer in small pieces': async ({ response, right }) => {
    const { status, headers, body } = await right()
    response.writeHead(status, headers)
    if (status !== 204)
      for (const piece of Buffer.from(body)
        .toString('latin1')
        .match(/.{1,200}/gs) ?? []) {
        response.write(piece, 'latin1')
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    response.end()
  },
}
