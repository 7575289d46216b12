import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { commandLine, type World } from '../../../../test/support/command-line.ts'
import { type DrillStage, drillStage, PASSWORD } from '../../../../test/support/drill/stage.ts'
import { schemaErrors } from '../../../../test/support/schemas.ts'
import { EXIT, UserError } from '../../../errors.ts'

async function stageOfThree(): Promise<DrillStage> {
  const stage = await drillStage()
  await stage.addApp('wired')
  await stage.addApp('<b>unwired', { wired: false })
  stage.keycloak.addClient({ clientId: 'down', rootUrl: 'http://127.0.0.1:9/' })
  return stage
}

const report = async (
  { keycloak }: DrillStage,
  file: string,
  args: readonly string[] = [],
  world: World = {},
) => {
  const wait = args.includes('--wait') ? [] : ['--wait', '0']
  const line = ['drill', ...args, ...wait, '--user', 'dora', '--user-password-file', 'pw', '--report', file]
  const ran = await commandLine(keycloak, { ...world, files: { pw: PASSWORD, log: '' } })(...line)
  const text = ran.saved[file] ?? ''
  expect(text).not.toContain(PASSWORD)
  return { ...ran, text }
}

describe('drill --report', () => {
  test('JSON: the run, the outcome, and which clients were notified', async () => {
    const { code, text, stderr } = await report(await stageOfThree(), 'r.json', ['--ticket', 'INC-7'])
    expect(code).toBe(7)
    expect(stderr).toContain('Report: r.json')
    const document = JSON.parse(text)
    expect(schemaErrors('drill-report', document)).toEqual([])
    expect(document).toMatchObject({
      report: 'drill',
      planOnly: false,
      ticket: 'INC-7',
      where: { realm: 'customers' },
      kcLogout: { command: 'drill', options: expect.arrayContaining(['--user-password-file', 'pw']) },
      outcome: {
        act: 'drill',
        verdict: 'fail',
        clients: [
          { verdict: 'out', sessions: [expect.any(String)] },
          { verdict: 'still-in' },
          { verdict: 'cannot-sign-in', sessions: [] },
        ],
      },
      notified: [
        { clientId: 'wired', status: 'unconfirmed', why: 'answers-unknown', sessions: 1, ended: 1 },
        { clientId: '<b>unwired', status: 'not-notified' },
      ],
      exitCode: 7,
    })
  })

  test('HTML and Markdown: verdicts, what was sent, why, and what to do', async () => {
    const { text: html } = await report(await stageOfThree(), 'r.html')
    expect(html).toContain('1 of 3 applications out after a logout')
    expect(html).toContain('<code>&lt;b&gt;unwired</code>')
    expect(html).not.toContain('<b>')
    const { text } = await report(await stageOfThree(), 'r.md')
    for (const part of [
      '> **1 of 3 applications out after a logout**',
      '> Still signed in: `<b>unwired`.',
      "| out | 1 expected, answer not seen | It leads to Keycloak's login page. |  |",
      '| cannot sign in | – | It does not respond (`refused at 127.0.0.1:9`). | Check that it runs, and its address. |',
      '| Exit code | 7: a check failed |',
    ])
      expect(text).toContain(part)
    expect(text).toMatch(
      /\| `<b>unwired` `http\S+` \| \*\*still in\*\* \| none: .+ \| It shows the same page/,
    )
  })

  test('evidence of other calls does not make a client notified', async () => {
    const evidence = ['--evidence', 'log:log', '--evidence-wait', '0.1']
    const { text } = await report(await stageOfThree(), 'r.md', evidence)
    expect(text).toMatch(/\| \*\*still in\*\* \| none: .+ \| It shows the same page/)
  })

  test('a session that could not be ended does not count as ended', async () => {
    const stage = await stageOfThree()
    stage.keycloak.on('endSession', () => {
      throw new UserError('server-error', 'Keycloak failed (HTTP 500).')
    })
    const { text } = await report(stage, 'r.json')
    expect(JSON.parse(text)).toMatchObject({
      outcome: { clients: [{ verdict: 'unknown', ended: 0 }, { verdict: 'unknown' }, {}] },
      notified: [
        { clientId: 'wired', status: 'not-yet', sessions: 1, ended: 0 },
        { clientId: '<b>unwired', ended: 0 },
      ],
    })
  })

  test('an interrupted drill: what was seen until then, and what was not', async () => {
    const stop = new AbortController()
    let looks = 0
    const stage = await drillStage()
    await stage.addApp('out')
    await stage.addApp('waiting', {
      wired: false,
      answer: ({ url }) => {
        if (url === '/me') looks++
      },
    })
    await stage.addApp('third', {
      answer: ({ url }) => {
        if (url === '/me' && looks > 2) stop.abort('SIGINT')
      },
    })
    await stage.addApp('fourth')
    const ran = await report(stage, 'r.json', ['--wait', '120'], { signal: stop.signal })
    expect(ran.code).toBe(130)
    const document = JSON.parse(ran.text)
    expect(schemaErrors('drill-report', document)).toEqual([])
    expect(document).toMatchObject({
      outcome: {
        clients: [
          { clientId: 'out', verdict: 'out', ended: 1 },
          {
            clientId: 'waiting',
            verdict: 'unknown',
            seen: { what: 'stopped', detail: expect.stringMatching(/^still signed in after \d+ s$/) },
            ended: 1,
          },
          { clientId: 'third', verdict: 'unknown', seen: { what: 'stopped', detail: null } },
          { clientId: 'fourth', verdict: 'unknown', seen: { what: 'stopped', detail: null } },
        ],
        interrupted: true,
        sessionsLeft: [],
        verdict: 'fail',
      },
      exitCode: 130,
    })
    expect(ran.stdout).toContain('Interrupted: 1 of 4 applications out after a logout')
    expect(stage.keycloak.sessions).toEqual([])
  })

  test('a drill that Keycloak stops: what was seen until then, and the reason', async () => {
    const stage = await drillStage()
    for (const clientId of ['first', 'second', 'third']) await stage.addApp(clientId)
    let ended = 0
    stage.keycloak.on('endSession', () => {
      if (++ended === 2)
        throw new UserError('role-missing', 'You lack manage-users.', { exitCode: EXIT.denied })
    })
    const { code, text, stderr } = await report(stage, 'r.json')
    expect(code).toBe(4)
    expect(stderr).toContain('You lack manage-users.')
    expect(JSON.parse(text)).toMatchObject({
      outcome: {
        clients: [
          { clientId: 'first', verdict: 'out' },
          { clientId: 'second', verdict: 'unknown', seen: { what: 'stopped' } },
          { clientId: 'third', verdict: 'unknown', seen: { what: 'stopped' } },
        ],
        interrupted: false,
        error: { code: 'role-missing', message: 'You lack manage-users.' },
        verdict: 'fail',
      },
      exitCode: 4,
    })
  })

  test('CSV: one line for each application', async () => {
    const { text } = await report(await stageOfThree(), 'r.csv')
    expect(parse(text, { columns: true })).toMatchObject([
      {
        clientId: 'wired',
        verdict: 'out',
        seen: 'login-page',
        expected: '1',
        unknown: '1',
        username: 'dora',
      },
      { clientId: '<b>unwired', verdict: 'still-in', expectation: 'not-notified', expected: '0' },
      { clientId: 'down', verdict: 'cannot-sign-in', text: 'it does not respond (refused at 127.0.0.1:9)' },
    ])
  })

  test.each(['?', '#'])(
    'what follows %s in --url, which may contain a secret, is not in it',
    async (sign) => {
      const stage = await drillStage()
      const url = await stage.addApp('shop')
      const { text } = await report(stage, 'r.json', ['shop', '--url', `${url}${sign}token=s3cret`])
      expect(JSON.parse(text).kcLogout.options).toContain(`${url}${sign}…`)
      expect(text).not.toContain('s3cret')
    },
  )

  test('a file of another format, or one that is there: exit 2 without a request', async () => {
    const stage = await stageOfThree()
    for (const file of ['r.pdf', 'pw']) {
      const ran = await report(stage, file)
      expect(ran.code).toBe(2)
    }
    expect(stage.keycloak.calls).toEqual([])
  })
})
