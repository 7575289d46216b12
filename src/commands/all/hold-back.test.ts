import { describe, expect, it } from 'vitest'
import { allRealm } from '../../../test/support/all-realm.ts'
import { aClient } from '../../../test/support/builders.ts'
import { EXIT, UserError } from '../../errors.ts'
import type { FailingClient } from '../../evidence/failing-clients.ts'
import type { SessionTarget } from '../../sessions/target.ts'
import { askHoldBack } from './confirm.ts'
import { HoldBack } from './hold-back.ts'
import type { HoldBackMode } from './options.ts'

const SERVER_TIME = Date.UTC(2026, 0, 2, 3, 4, 5)
const SHOP = aClient({ clientId: 'shop', id: 'id-shop' })
const target = (id: string, notified = ['shop'], offline = false): SessionTarget => ({
  ...{ id, offline, userId: 'id-ada', username: 'ada', start: 0, clients: ['id-shop'], notified },
})

function held(holdBack: HoldBackMode, { notBefore = 0, refuses = false } = {}) {
  let now = 0
  const failing = new Map<string, FailingClient>()
  const notBefores: [string, number][] = []
  const notes: string[] = []
  const run = {
    settings: { holdBack },
    failing: () => new Map(failing),
    ctx: { now: () => now },
    progress: { note: (text: string) => void notes.push(text) },
    snapshot: { clients: [{ ...SHOP, notBefore }] },
    keycloak: {
      realm: 'customers',
      serverTime: async () => SERVER_TIME,
      setClientNotBefore: async (id: string, seconds: number) => {
        if (refuses) throw new UserError('role-missing', 'The role is missing.', { exitCode: EXIT.denied })
        notBefores.push([id, seconds])
      },
    },
  }
  return {
    holdBack: new HoldBack(run),
    notBefores,
    notes,
    /** Evidence shows five failures in a row, some time later. */
    fails(clientId: string) {
      failing.set(clientId, { clientId, outcome: { kind: 'answered', status: 500 } })
      now += 1000
    },
  }
}

describe('holding back', () => {
  it('begins when evidence shows the failures, and says so once', async () => {
    const { holdBack, fails, notes } = held('leave')
    expect(holdBack.holds(target('s1'))).toBe(false)
    fails('shop')
    expect(['s2', 's3'].map((id) => holdBack.holds(target(id)))).toEqual([true, true])
    expect(holdBack.holds(target('s4', ['desk']))).toBe(false)
    expect(notes).toEqual(['shop: the last 5 calls failed (500). Its other sessions are held back.'])
    expect(await holdBack.finish()).toEqual([
      {
        clientId: 'shop',
        answer: '500',
        notBefore: null,
        sessions: [
          { id: 's2', username: 'ada', offline: false },
          { id: 's3', username: 'ada', offline: false },
        ],
        command: 'kc-logout all -r customers --client shop',
      },
    ])
  })

  it('cuts the tokens of the client off by the time of the server', async () => {
    const { holdBack, fails, notBefores } = held('cut-off')
    fails('shop')
    holdBack.holds(target('s1', ['shop'], true))
    expect(await holdBack.finish()).toMatchObject([
      {
        notBefore: '2026-01-02T03:04:05.000Z',
        command: 'kc-logout all -r customers --client shop --offline-sessions',
      },
    ])
    expect(notBefores).toEqual([['id-shop', SERVER_TIME / 1000]])
  })

  it('leaves a not-before in the future as it is', async () => {
    const later = SERVER_TIME / 1000 + 60
    const { holdBack, fails, notBefores } = held('cut-off', { notBefore: later })
    fails('shop')
    holdBack.holds(target('s1'))
    expect(await holdBack.finish()).toMatchObject([{ notBefore: '2026-01-02T03:05:05.000Z' }])
    expect(notBefores).toEqual([])
  })

  it('says so if the tokens cannot be cut off', async () => {
    const { holdBack, fails } = held('cut-off', { refuses: true })
    fails('shop')
    holdBack.holds(target('s1'))
    expect(await holdBack.finish()).toMatchObject([{ notBefore: null, error: 'The role is missing.' }])
  })

  it('holds nothing back with `no`, and changes nothing without a session held back', async () => {
    const never = held('no')
    never.fails('shop')
    expect(never.holdBack.holds(target('s1'))).toBe(false)
    const idle = held('cut-off')
    idle.fails('shop')
    expect([await idle.holdBack.finish(), idle.notBefores]).toEqual([[], []])
  })
})

describe('the options', () => {
  const realm = allRealm()

  it.each(['--hold-back leave', '--hold-back cut-off', '--hold-back never'])(
    '%s without --evidence or with another word: exit 2 before any request',
    async (option) => {
      realm.signIn('ada', 's1')
      const ran = await realm.all(`--confirm customers ${option}`)
      expect([ran.code, realm.active()]).toEqual([EXIT.usage, ['s1']])
    },
  )
})

describe('the question in a terminal', () => {
  const asking = (answers: string[]) => {
    const asked: string[] = []
    const ask = {
      possible: true,
      confirm: async () => {},
      secret: async () => '',
      text: async (question: string) => {
        asked.push(question)
        return answers.shift() ?? ''
      },
    }
    return { ask, asked }
  }

  it('is asked with evidence, until the answer is one of the words', async () => {
    const world = asking(['yes', 'leave'])
    expect(await askHoldBack({ evidence: ['log:kc.log'] }, world)).toBe('leave')
    expect(world.asked).toHaveLength(2)
  })

  it.each([
    ['without evidence', {}, 'no'],
    ['with the option', { evidence: ['log:kc.log'], holdBack: 'cut-off' as const }, 'cut-off'],
    ['with --confirm', { evidence: ['log:kc.log'], confirm: ['customers'] }, 'no'],
  ])('is not asked %s', async (_, options, expected) => {
    const world = asking([])
    expect([await askHoldBack(options, world), world.asked]).toEqual([expected, []])
  })
})
