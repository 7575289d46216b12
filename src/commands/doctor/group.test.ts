import { describe, expect, test } from 'vitest'
import type { Finding } from '../../core/finding.ts'
import { groupByCode, sampleOf, worstByClient } from './group.ts'
import { explained } from './texts/texts.ts'

const finding = (
  code: string,
  severity: Finding['severity'],
  clientId?: string,
  args: Finding['args'] = {},
) => explained({ code, severity, args, ...(clientId === undefined ? {} : { clientId }) })

describe('findings by code', () => {
  test('errors come first, and each code once with all its findings', () => {
    const groups = groupByCode([
      finding('no-url', 'warning', 'a'),
      finding('refused', 'error', 'b', { host: 'b:1' }),
      finding('no-url', 'warning', 'c'),
    ])
    expect(groups.map(({ code, findings }) => `${code} ${findings.length}`)).toEqual([
      'refused 1',
      'no-url 2',
    ])
  })

  test('the same code as an error and as a note gives two groups', () => {
    const groups = groupByCode([finding('refused', 'info', 'a'), finding('refused', 'error', 'b')])
    expect(groups.map(({ severity }) => severity)).toEqual(['error', 'info'])
  })

  test('different messages have one title, the same message is its own', () => {
    const at = (host: string) => finding('refused', 'error', 'a', { host })
    expect(groupByCode([at('a:1'), at('b:1')])[0]?.title).toBe(
      'The host of a logout URL refuses connections from here.',
    )
    expect(groupByCode([at('a:1'), at('a:1')])[0]?.title).toBe('a:1 refuses connections from here.')
  })
})

describe('the fix of a kind', () => {
  const fixes = (...findings: Parameters<typeof groupByCode>[0]) => groupByCode(findings)[0]?.fixes
  test('is their own where it is the same', () => {
    expect(fixes(finding('url-loopback', 'warning', 'a'), finding('url-loopback', 'warning', 'b'))).toEqual([
      'Use the address by which Keycloak reaches the application.',
    ])
  })
  test('is one command for all clients where one does', () => {
    expect(
      fixes(finding('sid-not-required', 'warning', 'a'), finding('sid-not-required', 'warning', 'it is')),
    ).toEqual(["kc-logout configure a 'it is' --session-required"])
  })
  test('names any client, and no URL of one client, otherwise', () => {
    const at = (clientId: string, name: string) =>
      finding('url-unencrypted', 'warning', clientId, { name, url: `http://${clientId}/` })
    expect(fixes(at('a', 'Backchannel Logout URL'), at('b', 'Backchannel Logout URL'))).toEqual([
      'For each: kc-logout configure <client-id> --backchannel-url <url>',
    ])
    expect(fixes(at('a', 'Backchannel Logout URL'), at('b', 'Admin URL'))).toEqual([
      'For each: kc-logout configure <client-id> --backchannel-url <url>',
      'For each: kc-logout configure <client-id> --admin-url <url>',
    ])
  })
  test('names any client where they are too many for a command', () => {
    const many = Array.from({ length: 30 }, (_, i) => finding('sid-not-required', 'warning', `c${i}`))
    expect(fixes(...many)).toEqual(['For each: kc-logout configure <client-id> --session-required'])
  })
})

test('clients by their worst finding, without notes', () => {
  const subjects = worstByClient([
    finding('no-url', 'warning', 'a'),
    finding('no-url', 'warning', 'b'),
    finding('refused', 'error', 'b'),
    finding('disabled', 'info', 'c'),
    finding('ssl-not-required', 'warning'),
  ])
  expect(
    subjects.map(({ clientId, worst, errors, warnings }) => [clientId, worst.code, errors, warnings]),
  ).toEqual([
    ['b', 'refused', 1, 1],
    ['a', 'no-url', 0, 1],
    [undefined, 'ssl-not-required', 0, 1],
  ])
})

test('a sample holds findings of as many clients as possible, in their order', () => {
  const many = Array.from({ length: 50 }, (_, i) =>
    finding('tenant-not-notified', 'warning', 'a', { host: `h${i}` }),
  )
  const findings = [...many, finding('tenant-not-notified', 'warning', 'b', { host: 'x' })]
  const sample = sampleOf(findings, 3)
  expect(sample.map(({ clientId, args }) => `${clientId} ${args?.host}`)).toEqual(['a h0', 'a h1', 'b x'])
})
