import {
  boolean,
  type Definition,
  document,
  list,
  nullable,
  object,
  oneOf,
  optional,
  ref,
  string,
} from '../build.ts'
import { CHANGED_FIELDS, CLIENT_FINDING, FIX, NOT_VISIBLE, WHY } from './common.ts'

const VALUE = { type: ['string', 'boolean', 'null'] }

const CLIENT_OUTCOME: Definition = {
  name: 'client',
  schema: object('A client', {
    clientId: string('Client ID'),
    status: oneOf('What happened to it', 'changed', 'would-change', 'unchanged', 'failed'),
    changes: list(
      'Fields that differ',
      object('A change', {
        field: oneOf("Keycloak's name of the field", ...CHANGED_FIELDS),
        from: { ...VALUE, description: 'Present value' },
        to: { ...VALUE, description: 'Wanted value; null removes' },
      }),
    ),
    findings: list(
      'What was noticed',
      object('A finding', { ...CLIENT_FINDING, why: optional(WHY), fix: optional(FIX) }),
    ),
  }),
}

export const configure = document(
  'kc-logout configure --json',
  'Plan or result of changing logout settings',
  {
    realm: string('The realm'),
    clients: list('One entry for each client', ref(CLIENT_OUTCOME)),
    notVisible: optional(NOT_VISIBLE),
    verdict: oneOf(
      '`drift`: something differs, or a stored URL cannot work; `incomplete`: nothing differs in what your account sees, and it may not see all clients',
      'changed',
      'unchanged',
      'incomplete',
      'drift',
      'failed',
    ),
  },
  [CLIENT_OUTCOME],
)

const url = (name: string) => optional(nullable(string(`${name}; left out if \`--file\` would refuse it`)))

export const configureExport = document(
  'kc-logout configure --export --json',
  'Present settings, in the form that `--file` reads',
  {
    realm: string('The realm'),
    clients: list(
      'One entry for each client',
      object('A client', {
        clientId: string('Client ID'),
        backchannelLogoutUrl: url('Backchannel Logout URL'),
        backchannelLogoutSessionRequired: boolean('Logout tokens name the session'),
        backchannelLogoutRevokeOfflineTokens: boolean('Logout tokens ask to revoke offline tokens'),
        adminUrl: url('Admin URL'),
        frontchannelLogout: boolean('The front channel is on'),
      }),
    ),
  },
)
