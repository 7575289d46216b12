import { describe, expect, it } from 'vitest'
import type { ClientResult } from '../core/client-result.ts'
import { knownNotifications } from '../core/known-notifications.ts'
import { exactly, type SeenOutcome } from '../core/notifications.ts'
import { answersSection } from './answers-section.ts'
import { html } from './html.ts'
import { markdown } from './markdown.ts'

const client = (clientId: string, expected: number, ...outcomes: SeenOutcome[]): ClientResult => ({
  clientId,
  channel: 'backchannel',
  url: `https://${clientId}.example/logout`,
  expectation: 'notified',
  ...knownNotifications(exactly(expected), { outcomes, evidence: ['traces', 'log'] }),
  accessTokenLifespan: 300,
  sessions: expected,
  ended: expected,
  alongside: false,
})
const answered = (status: number): SeenOutcome => ({ kind: 'answered', status })
const closed: SeenOutcome = { kind: 'failed', error: 'connection-closed' }

const CLIENTS = [
  client('shop', 2, answered(200), answered(204)),
  client('desk', 4, answered(200), answered(401), answered(401), closed),
  client('chat', 2, { kind: 'not-sent' }),
]
const pageOf = (clients: readonly ClientResult[], evidenceProblems: string[] = []) => ({
  title: 'Realm logout',
  realm: 'customers',
  verdict: { tone: 'plain' as const, headline: '', notes: [] },
  sections: answersSection({ clients, evidenceProblems, traceIds: ['ab'.repeat(16), 'cd'.repeat(16)] }),
  footer: '',
})

describe('what applications answered, in the report', () => {
  const page = markdown(pageOf(CLIENTS, ['The log k.log: it ended.']))
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))

  it('is a row for each client, those with failures first', () => {
    expect(rows.slice(0, 3)).toEqual([
      '| `desk` | 4 | 1 | **2** | **1** | – | – | traces, log |',
      '| `chat` | 2 | – | – | – | **1** | 1 | traces, log |',
      '| `shop` | 2 | 2 | – | – | – | – | traces, log |',
    ])
  })

  it('names the cause and the remedy of each kind of failure, the most frequent first', () => {
    expect(page).toContain('## Not accepted: 4 calls')
    expect(rows.slice(3).map((row) => row.split(' | ').slice(0, 3))).toEqual([
      ['| `desk`', '**HTTP 401**', '2'],
      ['| `desk`', '**connection-closed**', '1'],
      ['| `chat`', '**not sent**', '1'],
    ])
    expect(rows[3]).toContain('It requires a sign-in. | Except the logout URL from authentication')
    expect(rows[5]).toContain('Check the client with `kc-logout doctor`.')
  })

  it('shows why a source saw less, and the trace ids', () => {
    expect(page).toContain('`The log k.log: it ended.`')
    expect(page).toContain(`header): \`${'ab'.repeat(16)}\` and 1 more`)
  })

  it('is the same in HTML', () => {
    expect(html(pageOf(CLIENTS))).toContain('<h2>Not accepted: 4 calls</h2>')
  })

  it('has no table of failures if everything was accepted', () => {
    expect(answersSection({ clients: CLIENTS.slice(0, 1), traceIds: [] }).map(({ title }) => title)).toEqual([
      'What applications answered',
    ])
  })

  it('is left out without a source of evidence', () => {
    const pushed = { ...client('desk', 1), evidence: ['push' as const] }
    expect(
      answersSection({ clients: [{ ...client('shop', 1), evidence: [] }, pushed], traceIds: [] }),
    ).toEqual([])
  })
})
