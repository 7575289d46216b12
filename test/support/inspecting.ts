import type { FoundToken } from '../../src/token/found.ts'
import type { Inquiry } from '../../src/token/inquiry.ts'
import { inspectToken, type TokenReport } from '../../src/token/inspect.ts'
import { openKeyring } from '../../src/token/keyring.ts'
import type { Expectations } from '../../src/token/rules/rule.ts'
import { ISSUER, NOW, testKeys } from './tokens.ts'

export interface InspectOptions extends Partial<Omit<Inquiry, 'expect'>> {
  readonly expect?: Partial<Expectations>
  readonly label?: string
  readonly form?: FoundToken['form']
}

/** Inspects a token with keys, issuer and client, for the time `NOW`. */
export async function inspect(text: string, options: InspectOptions = {}): Promise<TokenReport> {
  const { expect, label, form = 'token', ...inquiry } = options
  const keys = openKeyring((await testKeys()).jwks, 'the test keys')
  if (!keys) throw new Error('the test keys are no key set')
  return inspectToken(label === undefined ? { form, text } : { form, text, label }, {
    kind: 'auto',
    keys,
    strict: false,
    verify: false,
    ...inquiry,
    expect: {
      now: NOW,
      tolerance: 30,
      issuer: { value: ISSUER, source: '--issuer', sure: true },
      clientId: 'shop',
      ...expect,
    },
  })
}

/** Rule ids by status. */
export const ids = (report: TokenReport, status: 'fail' | 'warn' | 'skip' | 'pass') =>
  report.rules.filter((rule) => rule.status === status).map(({ id }) => id)

export const rule = (report: TokenReport, id: string) => {
  const found = report.rules.find((each) => each.id === id)
  if (!found) throw new Error(`no rule ${id} in ${report.rules.map((each) => each.id).join(' ')}`)
  return found
}
