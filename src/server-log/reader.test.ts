import { describe, expect, test } from 'vitest'
import { LOG_SHAPES } from '../../test/support/log-shapes.ts'
import { LogReader } from './reader.ts'

const WARNING = "WARN  [org.keycloak.services] (t-1) KC-SERVICES0057: Logout for client 'shop' failed"
const HEAD = `2026-11-28 14:14:47,218 ${WARNING}`

function read(log: string, reader = new LogReader()) {
  const records = [...reader.push(log), ...reader.end()]
  const { lines, entries, cut, foreign } = reader
  return { records, messages: records.map(({ message }) => message), lines, entries, cut, foreign }
}

describe('entries that a stranger writes into a value', () => {
  const event = (value: string) =>
    `2026-11-28 14:14:49,400 WARN  [org.keycloak.events] (t-2) type="LOGIN_ERROR", error="x", redirect_uri="${value}"`

  test.each([
    ['behind an escaped line break', `http://x\\n${HEAD}`],
    ['behind an escaped line break of syslog', `http://x#012${HEAD}`],
    ['in JSON', `{\\"message\\":\\"${HEAD}\\"}`],
    ['in the same line', `http://x ${HEAD}`],
  ])('%s: they are part of the value', (_, value) => {
    for (const before of ['', `${HEAD}\n`, '{"a":1}\n'])
      expect(read(`${before}${event(value)}\n`).records.at(-1)?.logger).toBe('org.keycloak.events')
  })

  test('in JSON by line: they are part of the value', () => {
    const line = JSON.stringify({ log: event(`http://x\\n${HEAD}`), stream: 'stdout' })
    expect(read(`${line}\n`).records.map(({ logger }) => logger)).toEqual(['org.keycloak.events'])
  })

  test('in a message of JSON entries: they are part of the message', () => {
    const entry = { loggerName: 'org.keycloak.events', message: event(HEAD).slice(60), threadName: 't' }
    expect(read(JSON.stringify(entry)).records.map(({ logger }) => logger)).toEqual(['org.keycloak.events'])
  })
})

describe('logs that are damaged', () => {
  const entry = JSON.stringify({
    timestamp: '2026-11-28T14:14:47.218Z',
    loggerName: 'org.keycloak.services',
    message: "KC-SERVICES0057: Logout for client 'shop' failed",
  })

  test('JSON that is cut off within a text is counted, and the next line is read', () => {
    expect(read(`${entry.slice(0, 110)}\n${entry}\n`)).toMatchObject({ entries: 1, cut: 1 })
  })

  test('JSON that is cut off between members is counted, and the next line is read', () => {
    expect(read(`${entry.slice(0, entry.indexOf(',"message"') + 1)}\n${entry}\n`)).toMatchObject({
      entries: 1,
      cut: 1,
    })
  })

  test('JSON that is cut off at the end of the log is counted', () => {
    expect(read(entry.slice(0, 110))).toMatchObject({ entries: 0, cut: 1 })
  })

  test('a list that is cut off is read up to there', () => {
    const { messages, cut } = read(`[${entry},${entry},${entry.slice(0, 110)}`)
    expect(messages).toHaveLength(2)
    expect(cut).toBe(1)
  })

  test.each([
    ['a format of its own', "14:14 warn KC-SERVICES0057: Logout for client 'shop' failed"],
    ['JSON without a category', JSON.stringify({ text: "KC-SERVICES0057: Logout for client 'shop' failed" })],
    ['a table', 'time,message\n1,"KC-SERVICES0057: Logout for client \'shop\' failed"'],
  ])('a failed logout in %s is counted', (_, log) => {
    expect(read(log)).toMatchObject({ entries: 0, foreign: 1 })
  })

  test('a line that begins with a brace and is text', () => {
    expect(read(`{ not json\n{"nor this"\n${HEAD}\n`).messages).toHaveLength(1)
  })

  test('a log whose first line looks like a table', () => {
    expect(read(`time,host\n${HEAD}\n`).messages).toHaveLength(1)
  })

  test('a quote that is never closed does not swallow the log', () => {
    const rows = `time,message\n1,"open\n${'x\n'.repeat(600_000)}${HEAD}\n`
    expect(read(rows).messages).toHaveLength(1)
  })
})

describe('large logs', () => {
  test('a list on one line of many megabytes gives each entry as it comes', () => {
    const reader = new LogReader({ isLive: true })
    const item = `${JSON.stringify({ line: HEAD, filler: 'x'.repeat(1000) })},`
    let seen = reader.push('[').length
    for (let i = 0; i < 5000; i++) seen += reader.push(item).length
    expect(seen).toBeGreaterThan(4700)
    reader.push('{}]')
    expect(seen + reader.end().length).toBe(5000)
  })

  test('a text without line breaks is cut', () => {
    const { records } = read(`${HEAD}: ${'x'.repeat(3_000_000)}\n${HEAD}\n`)
    expect(records).toHaveLength(2)
    expect(records[0]?.message.length).toBeLessThanOrEqual(4000)
    expect(records[0]?.line.length).toBeLessThan(20_000)
  })

  test('one line with escaped line breaks that is larger than a piece', () => {
    const filler = `2026-11-28 14:14:47,300 INFO  [com.example.Other] (t) ${'y'.repeat(200)}`
    const log = [HEAD, ...Array.from({ length: 5000 }, () => filler), HEAD].join('\\n')
    const { messages, entries } = read(log)
    expect(messages).toHaveLength(2)
    expect(entries).toBe(5002)
  })
})

describe('the order of entries', () => {
  const at = (second: number, text = `message ${second}`) =>
    `2026-11-28 14:14:${String(second).padStart(2, '0')},000 WARN  [org.keycloak.services] (t) ${text}`

  test('a log that begins with its newest entry is turned round, with causes at their entries', () => {
    const log = [at(3), 'Caused by: java.net.ConnectException: two', at(2), 'Caused by: x.One: one', at(1)]
    const { records } = read(log.join('\n'))
    expect(records.map(({ message, exceptions }) => [message, ...exceptions])).toEqual([
      ['message 1', 'x.One: one'],
      ['message 2', 'java.net.ConnectException: two'],
      ['message 3'],
    ])
  })

  test('nodes that are some seconds apart do not turn a log round', () => {
    const log = Array.from({ length: 30 }, (_, i) => [
      `[pod/keycloak-0/keycloak] ${at(i + 10)}`,
      `[pod/keycloak-1/keycloak] ${at(i)}`,
    ]).flat()
    const messages = read(log.join('\n')).messages
    expect(messages.indexOf('message 5')).toBeLessThan(messages.indexOf('message 35'))
  })

  test('a log that grows gives each entry as soon as the next one begins', () => {
    const reader = new LogReader({ isLive: true })
    expect(reader.push(`${at(1)}\n`)).toHaveLength(0)
    expect(reader.push(`${at(2)}\n`).map(({ message }) => message)).toEqual(['message 1'])
    expect(reader.idle().map(({ message }) => message)).toEqual(['message 2'])
  })
})

describe('nodes in one log of JSON', () => {
  test('a cause of one pod is not taken for that of another', () => {
    const line = (pod: string, log: string) => JSON.stringify({ log, kubernetes: { pod_name: pod } })
    const { records } = read(
      [
        line('a', `${HEAD}: x`),
        line('b', '2026-11-28 14:14:47,300 ERROR [com.example] (t) other'),
        line('b', 'Caused by: java.net.ConnectException: of b'),
        line('a', 'Caused by: java.net.UnknownHostException: of a'),
      ].join('\n'),
    )
    expect(records.map(({ exceptions }) => exceptions)).toEqual([['java.net.UnknownHostException: of a']])
  })
})

test('the line that is kept has nothing of the wrapping', () => {
  for (const [name, log] of Object.entries(LOG_SHAPES)) {
    const [record] = read(log).records
    expect(record?.line, name).toMatch(/^(?:\S+[T ])?[\d:,.Z]* ?(?:\S+=\S+,? )*(?:WARN|KC-SERVICES)/)
    expect(record?.line, name).not.toMatch(/keycloak-0|stdout|idp01|\{"/)
  }
})

test('a line that Docker cut at 16 KB is joined', () => {
  const long = `${HEAD}: ${'x'.repeat(16_384)}`
  const lines = [long.slice(0, 16_384), `${long.slice(16_384)}\n`, `${HEAD}\n`].map((log) =>
    JSON.stringify({ log, stream: 'stdout', time: '2026-11-28T14:14:50Z' }),
  )
  const { records } = read(lines.join('\n'))
  expect(records).toHaveLength(2)
  expect(records[0]?.wrapped).toEqual([])
})
