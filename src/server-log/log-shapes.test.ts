import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { LOG_SHAPES } from '../../test/support/log-shapes.ts'
import { Observer } from './observer.ts'
import { LogReader } from './reader.ts'

const FOLDER = new URL('../../test/fixtures/log-shapes/', import.meta.url)
const EXPECTED = ['event-redirect-not-allowed web', 'not-notified desk', 'tls-untrusted shop']

/** What is observed in a log that comes in chunks of this size. */
function observed(log: string, size = log.length) {
  const [reader, observer] = [new LogReader(), new Observer()]
  const records = []
  for (let at = 0; at < log.length; at += size) records.push(...reader.push(log.slice(at, at + size)))
  records.push(...reader.end())
  const seen = [...records.flatMap((record) => observer.observe(record)), ...observer.flush()]
  return {
    failures: seen.map(({ code, clientId }) => `${code} ${clientId}`).sort(),
    realms: [...new Set(seen.map(({ realm }) => realm).filter((realm) => realm !== undefined))],
    samples: seen.map(({ sample }) => sample),
    unread: reader.cut + reader.foreign,
  }
}

describe('one log in many wrappings', () => {
  test.each(Object.entries(LOG_SHAPES))('%s', (_, log) => {
    const { failures, realms, unread } = observed(log)
    expect(failures).toEqual(EXPECTED)
    expect(realms).toEqual(['pc'])
    expect(unread).toBe(0)
  })

  test.each(Object.entries(LOG_SHAPES))('%s, in chunks of seven characters', (_, log) => {
    expect(observed(log, 7).failures).toEqual(EXPECTED)
  })

  test.each(readdirSync(FOLDER))('%s', (name) => {
    const bytes = readFileSync(new URL(name, FOLDER))
    const { failures, realms, unread } = observed(
      (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString(),
    )
    expect(failures).toEqual(EXPECTED)
    expect(realms).toEqual(['pc'])
    expect(unread).toBe(0)
  })

  test('there are more than 40', () => {
    expect(Object.keys(LOG_SHAPES).length).toBeGreaterThan(40)
  })
})
