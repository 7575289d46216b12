import { createServer, type Socket } from 'node:net'
import type { TestRealm } from './realm.ts'

/** A directory with one user, who has any password. */
export interface LdapServer {
  readonly port: number
  /** As when it is down: connections are refused. */
  close(): Promise<void>
}

const BASE = 'ou=people,dc=test'
const UUID = '6f1d2c3b-0000-4000-8000-00000000abcd'

/** One element of BER: its tag and its content; lengths of up to 65,535. */
function ber(tag: number, ...content: (Buffer | string)[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)))
  const length = body.length < 128 ? [body.length] : [0x82, Math.floor(body.length / 256), body.length % 256]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}

const text = (value: string) => ber(0x04, value)
const attribute = (name: string, value: string) => ber(0x30, text(name), ber(0x31, text(value)))
const SUCCESS = [ber(0x0a, Buffer.from([0])), text(''), text('')]

/** The length of the first whole message, and where its content begins; undefined if it is not whole yet. */
function messageIn(bytes: Buffer): { readonly from: number; readonly to: number } | undefined {
  const first = bytes[1]
  if (first === undefined) return undefined
  const count = first < 128 ? 0 : first - 128
  if (bytes.length < 2 + count) return undefined
  const length = count === 0 ? first : bytes.readUIntBE(2, count)
  const from = 2 + count
  return bytes.length < from + length ? undefined : { from, to: from + length }
}

/** Starts the directory: it knows bind and search, which is all that Keycloak's LDAP provider needs for a sign-in. */
export async function startLdapServer(user: string): Promise<LdapServer> {
  const sockets = new Set<Socket>()
  const entry = ber(
    0x64,
    text(`uid=${user},${BASE}`),
    ber(
      0x30,
      ...Object.entries({
        uid: user,
        cn: user,
        sn: 'Test',
        mail: `${user}@example.test`,
        entryUUID: UUID,
      }).map(([name, value]) => attribute(name, value)),
      attribute('objectClass', 'inetOrgPerson'),
    ),
  )
  const answer = (message: Buffer): Buffer[] => {
    // INTEGER id, then the operation.
    const idLength = 2 + (message[1] ?? 0)
    const [id, operation] = [message.subarray(0, idLength), message.subarray(idLength)]
    const send = (op: Buffer) => ber(0x30, id, op)
    if (operation[0] === 0x60) return [send(ber(0x61, ...SUCCESS))]
    if (operation[0] !== 0x63) return []
    const isAsked = operation.includes(user) || operation.includes(UUID)
    return [...(isAsked ? [send(entry)] : []), send(ber(0x65, ...SUCCESS))]
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    let bytes = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      for (let found = messageIn(bytes); found; found = messageIn(bytes)) {
        for (const part of answer(bytes.subarray(found.from, found.to))) socket.write(part)
        bytes = bytes.subarray(found.to)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Adds the directory to a realm as user storage, without import. */
export async function useLdap(realm: TestRealm, { port }: LdapServer): Promise<void> {
  const { id } = await realm.get<{ id: string }>('')
  const config = {
    enabled: 'true',
    vendor: 'other',
    connectionUrl: `ldap://127.0.0.1:${port}`,
    usersDn: BASE,
    bindDn: 'cn=admin',
    bindCredential: 'secret',
    authType: 'simple',
    usernameLDAPAttribute: 'uid',
    rdnLDAPAttribute: 'uid',
    uuidLDAPAttribute: 'entryUUID',
    userObjectClasses: 'inetOrgPerson',
    importEnabled: 'false',
    editMode: 'READ_ONLY',
    searchScope: '1',
    cachePolicy: 'NO_CACHE',
    connectionTimeout: '1000',
    readTimeout: '1000',
  }
  await realm.post('/components', {
    name: 'ldap',
    providerId: 'ldap',
    providerType: 'org.keycloak.storage.UserStorageProvider',
    parentId: id,
    config: Object.fromEntries(Object.entries(config).map(([name, value]) => [name, [value]])),
  })
}
