import * as v from 'valibot'
import type { DesiredSettings } from '../../client-settings/settings.ts'
import { checkInput, filledText, type InputProblem } from '../../util/check-input.ts'
import { isRecord } from '../../util/is-record.ts'

/** The desired settings of one client of a file. */
export interface ClientRequest {
  readonly clientId: string
  readonly desired: DesiredSettings
}

export interface SettingsFile {
  readonly realm: string | undefined
  readonly clients: readonly ClientRequest[]
}

const SHAPE = '`kc-logout configure --export` shows the form.'
const REMOVE = 'Write null to remove it.'

/** The names of our options, and names that people try. */
const OTHER_NAMES = {
  'backchannel-url': 'backchannelLogoutUrl',
  'session-required': 'backchannelLogoutSessionRequired',
  'revoke-offline': 'backchannelLogoutRevokeOfflineTokens',
  id: 'clientId',
  name: 'clientId',
}

const flag = v.exactOptional(v.boolean('true or false'))
const url = v.exactOptional(
  v.nullable(
    v.pipe(
      v.string(`a URL\n${REMOVE}`),
      v.check((text) => text !== 'none', `is the word none, not a URL\n${REMOVE}`),
    ),
  ),
)

const CLIENT = v.strictObject(
  {
    clientId: filledText('a name'),
    backchannelLogoutUrl: url,
    backchannelLogoutSessionRequired: flag,
    backchannelLogoutRevokeOfflineTokens: flag,
    adminUrl: url,
    frontchannelLogout: flag,
  },
  `a client\n${SHAPE}`,
)

const FILE = v.strictObject(
  {
    schemaVersion: v.exactOptional(v.literal(1, '1\nAnother version of kc-logout wrote it.')),
    realm: v.exactOptional(filledText('a name')),
    clients: v.pipe(
      v.array(CLIENT, `a list of clients\n${SHAPE}`),
      v.nonEmpty(`is an empty list\n${SHAPE}`),
      v.checkItems(
        ({ clientId }, index, all) => all.findIndex((other) => other.clientId === clientId) === index,
        'is in the list twice',
      ),
    ),
  },
  `a set of keys\n${SHAPE}`,
)

/** Checks a parsed YAML or JSON document: the settings of many clients, or all problems. URLs are not checked here. */
export function readSettingsFile(document: unknown): SettingsFile | { problems: readonly InputProblem[] } {
  const { output, problems } = checkInput(FILE, document, {
    label: (item) =>
      isRecord(item) && typeof item.clientId === 'string' && item.clientId !== ''
        ? JSON.stringify(item.clientId)
        : undefined,
    otherNames: OTHER_NAMES,
  })
  if (problems) return { problems }
  return {
    realm: output.realm,
    clients: output.clients.map(({ clientId, ...desired }) => ({ clientId, desired })),
  }
}
