import { expect, test } from 'vitest'
import { runInTerminal } from '../../test/support/run-cli.ts'

test('the built program asks in a terminal, and Ctrl-C at the prompt changes nothing', async () => {
  const ran = await runInTerminal(['login'], { types: [{ when: 'Address of Keycloak', send: '\x03' }] })
  expect(ran.code, ran.screen).toBe(130)
  expect(ran.screen).toContain('Interrupted; nothing was changed.')
})
