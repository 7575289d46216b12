import { Command } from '@commander-js/extra-typings'
import { describe, expect, it } from 'vitest'
import { addChoosingOptions, parseCriteria } from '../../cli/choosing-options.ts'
import { type FilteredSession, SessionFilter } from './session-filter.ts'

const NOW = Date.parse('2026-11-28T12:00:00Z')
const at = (time: string) => Date.parse(`2026-11-28T${time}Z`)

function filterOf(...argv: string[]): SessionFilter {
  const command = addChoosingOptions(new Command().exitOverride()).parse(argv, { from: 'user' })
  return new SessionFilter(parseCriteria(command.opts(), NOW).sessions, NOW)
}

const session = (more: Partial<FilteredSession>): FilteredSession => ({
  ipAddress: '192.0.2.1',
  start: at('08:00:00'),
  lastAccess: at('11:00:00'),
  clients: [{ id: 'x', clientId: 'shop' }],
  ...more,
})

describe('SessionFilter', () => {
  it('chooses every session without criteria', () => {
    expect(filterOf().matches(session({}))).toBe(true)
    expect(filterOf().isEmpty).toBe(true)
  })

  it.each([
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.10', false],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.7/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['192.0.2.0/24', '::ffff:192.0.2.9', true],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::1', '2001:0db8:0:0:0:0:0:1', true],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '192.0.2.9', false],
    ['::/0', '::ffff:192.0.2.9', false],
    ['0.0.0.0/0', '::ffff:c000:209', true],
    ['::ffff:192.0.2.0/120', '192.0.2.9', true],
    ['::ffff:192.0.2.9', '192.0.2.9', true],
    ['::ffff:192.0.2.9', '192.0.2.10', false],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['0.0.0.0/0', 'unknown', false],
    ['0.0.0.0/0', undefined, false],
  ])('--ip %s and a session from %s: %s', (network, ipAddress, isChosen) => {
    expect(filterOf('--ip', network).matches(session({ ipAddress }))).toBe(isChosen)
  })

  it.each([
    [['--idle', '1h'], true],
    [['--idle', '61m'], false],
    [['--idle', '3600s'], true],
    [['--idle', '3601s'], false],
    [['--started-before', '2026-11-28T10:00:01+02:00'], true],
    [['--started-before', '2026-11-28T10:00:00+02:00'], false],
    [['--started-after', '2026-11-28T02:00-06:00'], true],
    [['--started-after', '2026-11-28T02:00:00.001-06:00'], false],
    [['--idle', '30d', '--idle', '1h'], true],
    [['--started-before', '2026-11-28T08:00Z'], false],
    [['--started-before', '2026-11-28T08:00:01Z'], true],
    [['--started-before', '4h'], false],
    [['--started-before', '3h'], true],
    [['--started-after', '2026-11-28T08:00Z'], true],
    [['--started-after', '2026-11-28T08:00:01Z'], false],
    [['--started-after', '4h'], true],
    [['--started-after', '3h'], false],
    [['--started-after', '3h', '--started-after', '5h'], true],
    [['--client', 'shop'], true],
    [['--client', 'desk', '--client', 'shop'], true],
    [['--client', 'desk'], false],
    [['--client', 'shop', '--ip', '10.0.0.0/8'], false],
  ])('%j: %s', (argv, isChosen) => {
    expect(filterOf(...argv).matches(session({}))).toBe(isChosen)
  })

  it('counts what each option chose by itself', () => {
    const filter = filterOf('--ip', '10.0.0.0/8', '--ip', '192.0.2.1', '--idle', '2h')
    expect(filter.count(session({}))).toBe(false)
    expect(filter.count(session({ lastAccess: at('09:00:00') }))).toBe(true)
    expect(filter.count(session({ ipAddress: undefined }))).toBe(false)
    expect(filter.chosen).toEqual([
      { option: '--ip', values: ['10.0.0.0/8', '192.0.2.1'], sessions: 2 },
      { option: '--idle', values: ['2h'], sessions: 1 },
    ])
  })

  it.each([
    ['--ip', '300.1.1.1'],
    ['--ip', '10.0.0.0/33'],
    ['--ip', '::/129'],
    ['--ip', 'fe80::1%eth0'],
    ['--ip', ''],
    ['--idle', '2026-11-28'],
    ['--idle', 'month'],
    ['--started-before', 'yesterday'],
    ['--started-after', '2026-02-31'],
    ['--started-after', '2026-11-28T12:00:01Z'],
  ])('refuses %s %s', (...argv) => {
    expect(() => filterOf(...argv)).toThrow()
  })
})
