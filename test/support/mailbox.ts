import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'

/** A mail server on loopback that keeps what it gets. */
export interface Mailbox {
  /** The setting `smtpServer` of a realm that sends to it. */
  readonly settings: Readonly<Record<string, string>>
  /** The first link of the oldest mail that was not asked for yet. Throws if there is none. */
  link(): Promise<string>
  close(): Promise<void>
}

/** Starts a mail server without sign-in and TLS, for Keycloak on the same machine. */
export async function startMailbox(): Promise<Mailbox> {
  const mails: Buffer[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        mails.push(Buffer.concat(parts))
        done()
      })
    },
  })
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.server.address() as AddressInfo
  return {
    settings: { host: '127.0.0.1', port: String(port), from: 'keycloak@example.test' },
    async link() {
      const mail = mails.shift()
      const text = mail && (await PostalMime.parse(mail)).text
      const link = /https?:\S+/.exec(text ?? '')?.[0]
      if (link === undefined) throw new Error(`no mail with a link came: ${text ?? 'no mail'}`)
      return link
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
