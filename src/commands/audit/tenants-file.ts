import * as v from 'valibot'
import { checkInput, filledText, type InputProblem } from '../../util/check-input.ts'
import { tenantOrigin } from './tenant-audit.ts'

const SHAPE =
  'It contains `tenants:`, a list of tenantUrl with user and password or passwordFile, or with token or tokenFile.'

const text = v.exactOptional(filledText())

const TENANT = v.pipe(
  v.strictObject(
    {
      tenantUrl: v.pipe(
        filledText(),
        v.check((url) => tenantOrigin(url) !== undefined, `is not the address of a tenant\n${SHAPE}`),
      ),
      user: text,
      password: text,
      passwordFile: text,
      token: text,
      tokenFile: text,
    },
    `a tenant\n${SHAPE}`,
  ),
  v.check(
    ({ password, passwordFile, token, tokenFile }) =>
      [password, passwordFile, token, tokenFile].filter((secret) => secret !== undefined).length === 1,
    `needs exactly one of password, passwordFile, token and tokenFile\n${SHAPE}`,
  ),
  v.check(
    ({ user, password, passwordFile }) =>
      (user !== undefined) === (password !== undefined || passwordFile !== undefined),
    `needs user with a password, and only with one\n${SHAPE}`,
  ),
)

const FILE = v.strictObject(
  { tenants: v.array(TENANT, `a list of tenants\n${SHAPE}`) },
  `a set of keys\n${SHAPE}`,
)

/** One tenant of a file of credentials, before secrets are read from other files. */
export type TenantEntry = v.InferOutput<typeof TENANT>

type TenantsFile =
  | { readonly tenants: readonly TenantEntry[]; readonly problem?: undefined }
  | { readonly tenants?: undefined; readonly problem: InputProblem }

/** Checks a parsed file of credentials: its tenants, or the first problem. Shows no secret. */
export function readTenants(document: unknown): TenantsFile {
  const { output, problems } = checkInput(FILE, document)
  return problems ? { problem: problems[0] } : { tenants: output.tenants }
}
