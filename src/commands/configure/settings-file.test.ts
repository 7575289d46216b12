import { describe, expect, it } from 'vitest'
import { readSettingsFile } from './settings-file.ts'

const problems = (document: unknown) => {
  const read = readSettingsFile(document)
  return 'problems' in read
    ? read.problems.map(({ message, hint }) => (hint ? `${message} | ${hint}` : message))
    : []
}
const client = (fields: object) => ({ clients: [{ clientId: 'shop', ...fields }] })
const SHAPE = '`kc-logout configure --export` shows the form.'

describe('a file of settings', () => {
  it('contains the desired settings of each client; absent settings stay as they are', () => {
    expect(
      readSettingsFile({
        schemaVersion: 1,
        realm: 'customers',
        clients: [
          { clientId: 'shop', backchannelLogoutUrl: 'https://a/', adminUrl: null, frontchannelLogout: false },
          {
            clientId: 'iot',
            backchannelLogoutSessionRequired: true,
            backchannelLogoutRevokeOfflineTokens: false,
          },
          { clientId: 'quiet' },
        ],
      }),
    ).toEqual({
      realm: 'customers',
      clients: [
        {
          clientId: 'shop',
          desired: { backchannelLogoutUrl: 'https://a/', adminUrl: null, frontchannelLogout: false },
        },
        {
          clientId: 'iot',
          desired: { backchannelLogoutSessionRequired: true, backchannelLogoutRevokeOfflineTokens: false },
        },
        { clientId: 'quiet', desired: {} },
      ],
    })
  })

  const wrong: readonly (readonly [document: unknown, problem: string])[] = [
    [null, `the content is empty, not a set of keys | ${SHAPE}`],
    ['text', `the content is text, not a set of keys | ${SHAPE}`],
    [[{ clientId: 'a' }], `the content is a list, not a set of keys | ${SHAPE}`],
    [{}, `clients is missing | ${SHAPE}`],
    [{ clients: [] }, `clients is an empty list | ${SHAPE}`],
    [{ clients: { shop: {} } }, `clients is a set of keys, not a list of clients | ${SHAPE}`],
    [{ ...client({}), realm: 7 }, 'realm is the number 7, not a name | Write it in quotes: "7".'],
    [{ ...client({}), realm: '' }, 'realm is empty'],
    [{ ...client({}), realms: 'x' }, 'unknown key "realms" | Did you mean realm?'],
    [{ ...client({}), schemaVersion: 2 }, 'schemaVersion is not 1 | Another version of kc-logout wrote it.'],
    [{ clients: ['shop'] }, `clients[0] is text, not a client | ${SHAPE}`],
    [{ clients: [{}] }, `clients[0]: clientId is missing | ${SHAPE}`],
    [{ clients: [{ clientId: '' }] }, 'clients[0]: clientId is empty'],
    [
      { clients: [{ clientId: 42 }] },
      'clients[0]: clientId is the number 42, not a name | Write it in quotes: "42".',
    ],
    [
      { clients: [{ clientId: 'a' }, { clientId: 'b' }, { clientId: 'a' }] },
      'clients[2] ("a") is in the list twice',
    ],
    [client({ adminURL: 'x' }), 'clients[0] ("shop"): unknown key "adminURL" | Did you mean adminUrl?'],
    [
      client({ 'backchannel.logout.url': 'x' }),
      'clients[0] ("shop"): unknown key "backchannel.logout.url" | Did you mean backchannelLogoutUrl?',
    ],
    [
      client({ 'session-required': true }),
      'clients[0] ("shop"): unknown key "session-required" | Did you mean backchannelLogoutSessionRequired?',
    ],
    [
      client({ secret: 'x' }),
      'clients[0] ("shop"): unknown key "secret" | Known keys: clientId, backchannelLogoutUrl, backchannelLogoutSessionRequired, backchannelLogoutRevokeOfflineTokens, adminUrl, frontchannelLogout.',
    ],
    [
      JSON.parse('{"clients":[{"clientId":"shop","__proto__":{"adminUrl":"https://x/"}}]}'),
      'clients[0] ("shop"): unknown key "__proto__" | Known keys: clientId, backchannelLogoutUrl, backchannelLogoutSessionRequired, backchannelLogoutRevokeOfflineTokens, adminUrl, frontchannelLogout.',
    ],
    [
      client({ adminUrl: 7 }),
      'clients[0] ("shop"): adminUrl is the number 7, not a URL | Write null to remove it.',
    ],
    [
      client({ adminUrl: 'none' }),
      'clients[0] ("shop"): adminUrl is the word none, not a URL | Write null to remove it.',
    ],
    [
      client({ frontchannelLogout: 'false' }),
      'clients[0] ("shop"): frontchannelLogout is text, not true or false',
    ],
    [
      client({ frontchannelLogout: null }),
      'clients[0] ("shop"): frontchannelLogout is empty, not true or false',
    ],
  ]
  it.each(wrong)('%j is refused', (document, problem) => {
    expect(problems(document)).toEqual([problem])
  })

  it('with several mistakes reports all of them', () => {
    expect(problems({ realm: 1, clients: [{ adminUrl: 1 }, 'x'] })).toHaveLength(4)
  })
})
