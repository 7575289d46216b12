import { describe, expect, it, test } from 'vitest'
import { commandLine } from '../../../../test/support/command-line.ts'
import { FakeKeycloak } from '../../../../test/support/fake-keycloak.ts'
import { type Format, render as renderAs } from '../../../report/render.ts'
import type { AllReport } from './all-report.ts'
import { buildPage } from './build-page.ts'

const render = (report: AllReport, format: Format) =>
  renderAs({ report, sessions: [] }, format, { page: buildPage })

/** Names of clients, users or errors that attack a reader's browser, editor or ticket system. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style></title><svg onload=alert(1)>',
  '&lt;b&gt;',
  'a|b|c',
  'back\\|slash',
  '`code` ``more``',
  '[click](javascript:alert(1))',
  '![x](https://evil.example/x.png)',
  'https://evil.example/?a=b',
  '@everyone',
  '# head',
  'line\nbreak\r\n\n| a | b |',
  'bell\u0007 escape\u001b[31m',
  'bidi \u202egpj.exe\u2066',
  'zero\u200bwidth\ufeff',
  '\ud800lone',
  '   ',
]

async function hostileReport(): Promise<AllReport> {
  const keycloak = new FakeKeycloak()
  for (const [index, name] of HOSTILE.entries()) {
    keycloak.addClient({
      clientId: name,
      ...(index % 3 === 0 ? { backchannelLogoutUrl: `https://a.example/${name}` } : {}),
      ...(index % 3 === 1 ? { adminUrl: `https://b.example/${name}` } : {}),
    })
    keycloak.addUser(name, { id: `id-${index}` })
    keycloak.addSession({ id: `session-${index}`, username: name, clients: [name] })
  }
  keycloak.on('endSession', (id) => {
    throw new Error(`${id} ${HOSTILE[Number(String(id).slice(8))]}`)
  })
  const ran = await commandLine(keycloak)('all', '--confirm', 'customers', '--report', 'r.json')
  const { schemaVersion: _, ...report } = JSON.parse(ran.saved['r.json'] ?? '') as AllReport & {
    schemaVersion: 1
  }
  const phase = { at: 0, what: 'phase' as const, detail: 'ending sessions' }
  const mark = HOSTILE.map((detail) => ({ at: 1, what: 'slow' as const, detail }))
  return {
    ...report,
    by: { username: HOSTILE[0] ?? '', clientId: HOSTILE[5] ?? '', loginRealm: HOSTILE[7] ?? '' },
    where: { ...report.where, realm: HOSTILE[3] ?? '', server: HOSTILE[8] ?? '', keycloakVersion: '<i>' },
    timeline: report.timeline && { ...report.timeline, marks: [phase, ...mark] },
    outcome: {
      ...report.outcome,
      error: { code: 'x', message: HOSTILE.join(' '), hint: HOSTILE.join(' '), exitCode: 1 },
      heldBack: HOSTILE.map((name) => ({
        clientId: name,
        answer: name,
        notBefore: null,
        error: name,
        sessions: [{ id: name, username: name, offline: false }],
        command: `kc-logout all --client ${name}`,
      })),
    },
  }
}
const report = await hostileReport()
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found)

describe('text of others', () => {
  it.each(['html', 'md', 'json'] as const)('has no control, bidi or invisible character in %s', (format) => {
    const text = render(report, format)
    expect(text).toContain('\\u202e')
    expect(
      text.replaceAll('\n', '').match(/[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu),
    ).toBeNull()
  })

  it('is unchanged when the JSON is parsed', () => {
    const { schemaVersion, ...read } = JSON.parse(render(report, 'json'))
    expect(schemaVersion).toBe(1)
    expect(read).toEqual(report)
    expect(read.notified.map(({ clientId }: { clientId: string }) => clientId).sort()).toEqual(
      [...HOSTILE].sort(),
    )
  })

  describe('in HTML', () => {
    const page = render(report, 'html')
    const body = page.replace(/<style>[\s\S]*?<\/style>/, '')

    it('never becomes an element, an attribute or a second style', () => {
      const ours =
        'html head meta title style body header h1 h2 div p span main section dl dt dd figure svg path rect circle text g figcaption ul li code table thead tbody tr th td details summary footer'
      expect(new Set(all(page, /<\/?([a-z][a-z0-9]*)/gi).map((name) => name?.toLowerCase()))).toEqual(
        new Set(ours.split(' ')),
      )
      expect(page.match(/<style>/g)).toHaveLength(1)
      const names = [...body.matchAll(/<[a-z0-9]+((?:\s+[a-z-]+="[^"<>]*")*)\s*>/gi)].flatMap(
        ([, some = '']) => all(some, /([a-z-]+)="/gi),
      )
      const allowed =
        'lang charset http-equiv content name class style scope viewBox role aria-label d x y cx cy r width height text-anchor'
      expect([...new Set(names)].filter((name) => !allowed.split(' ').includes(name ?? ''))).toEqual([])
      // Nothing is left that the pattern above does not match as a tag of ours.
      const rest = body.replace(/<\/?[a-z0-9]+(?:\s+[a-z-]+="[^"<>]*")*\s*\/?>|<!doctype html>/gi, '')
      expect(rest).not.toMatch(/[<>"']/)
    })

    it('the page makes no requests and forbids them', () => {
      expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
      // The test above allows no attributes that make requests.
      const [style] = /<style>[\s\S]*?<\/style>/.exec(page) ?? []
      expect(style).toContain('@media print')
      expect(style).not.toMatch(/url\(|@import|image-set|src/)
    })

    it('is readable', () => {
      const shown = all(body, /<code>([\s\S]*?)<\/code>/g)
      expect(shown).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
      expect(shown).toContain('line\\u000abreak\\u000d\\u000a\\u000a| a | b |')
      expect(shown).toContain('&amp;lt;b&amp;gt;')
    })
  })

  describe('in Markdown', () => {
    const page = render(report, 'md')
    const lines = page.split('\n')

    it('keeps the number of cells of each table row', () => {
      let width = 0
      for (const line of lines) {
        const cells = line.startsWith('|') ? line.split('|').length : 0
        if (cells > 0 && width > 0) expect(cells, line).toBe(width)
        width = cells
      }
    })

    it('is always code, which is never interpreted', () => {
      const outside = page.replace(/`[^`\n]*`/g, '')
      expect(outside).not.toMatch(/`|<|@every|javascript|evil|!\[|\]\(/)
      expect(outside.match(/^#+ .*/gm)?.every((head) => !head.includes('head'))).toBe(true)
      for (const name of ['<script>alert(1)</script>', '@everyone', 'a\\u007cb\\u007cc', '# head'])
        expect(page).toContain(`\`${name}\``)
    })
  })
})

describe('a long list', () => {
  const failed = Array.from({ length: 1234 }, (_, index) => ({
    session: `session-${index}`,
    user: `user-${index}`,
    code: index % 2 === 0 ? 'server-error' : 'still-running',
    error: 'It failed.',
  }))
  const long: AllReport = {
    ...report,
    outcome: {
      ...report.outcome,
      phases: [
        { name: 'client', sessions: 1300, ended: 66, gone: 0, unknown: 0, failed, untried: 0, seconds: 12 },
      ],
    },
  }

  it.each(['html', 'md'] as const)('is cut in %s, with the number of rows left out', (format) => {
    const text = render(long, format)
    expect(text).toContain('session-99')
    expect(text).not.toContain('session-100')
    expect(text).toContain('… and 1,134 more.')
    expect(text).toContain('Failures: 1,234 sessions')
    expect(text.replace(/<\/?code>|`/g, '')).toContain('server-error 617 times, still-running 617 times')
  })

  it('is complete in JSON', () => {
    expect(JSON.parse(render(long, 'json')).outcome.phases[0].failed).toHaveLength(1234)
  })
})

describe('the time of a run', () => {
  it.each([
    ['+00:00', '2026-11-21 23:30:00 UTC'],
    ['+01:00', '2026-11-21 23:30:00 UTC (2026-11-22 00:30:00 +01:00)'],
    ['-03:30', '2026-11-21 23:30:00 UTC (20:00:00 -03:30)'],
  ])('is in UTC and, if different, in local time (%s)', (utcOffset, shown) => {
    const when = { ...report.when, began: '2026-11-21T23:30:00.000Z', utcOffset }
    expect(render({ ...report, when }, 'md')).toContain(`| Started | ${shown} |`)
  })
})

test('the command can be typed again', () => {
  const kcLogout = { ...report.kcLogout, options: ['--client', "ada's shop", '--strict'] }
  const shown = `kc-logout all --client 'ada'\\''s shop' --strict`
  expect(render({ ...report, kcLogout }, 'md')).toContain(`| Command | \`${shown}\` |`)
})
