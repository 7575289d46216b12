import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { certificate } from '../../../test/support/certificates.ts'
import { folderOfTest } from '../../../test/support/folder.ts'
import { keycloakScript, openAt, outcomeOf, scriptedServer } from '../../../test/support/scripted-server.ts'

const DAY = 86_400_000
const files = { read: (path: string) => readFile(path, 'utf8') }
const authority = certificate({ subject: 'Test authority', ca: true })
const script = keycloakScript(() => ({ json: [] }))

async function fileWith(text: string): Promise<string> {
  const path = join(await folderOfTest(), 'ca.pem')
  await writeFile(path, text)
  return path
}

describe('the certificate of the server', () => {
  const signed = (options: Parameters<typeof certificate>[0]) =>
    certificate({ issuer: authority, ...options })
  const leaf = signed({})
  const chained = { ...leaf, cert: leaf.cert + authority.cert }
  test.each([
    ['self-signed', certificate(), 'certificate-self-signed', '--ca-file'],
    ['of an unknown authority, alone', signed({}), 'certificate-incomplete', '--ca-file'],
    ['of an unknown authority', chained, 'certificate-unknown-issuer', '--ca-file'],
  ])('%s: exit 6, and what to do', async (_, server, code, hint) => {
    const { url, requests } = await scriptedServer(script, server)
    const outcome = await outcomeOf(openAt(url))
    expect(outcome).toMatchObject({ code, exitCode: 6, hint: expect.stringContaining(hint) })
    expect(requests).toEqual([])
  })

  test.each([
    [
      'expired',
      signed({ from: new Date(Date.now() - 9 * DAY), until: new Date(Date.now() - DAY) }),
      'certificate-expired',
    ],
    [
      'not valid yet',
      signed({ from: new Date(Date.now() + DAY), until: new Date(Date.now() + 9 * DAY) }),
      'certificate-not-yet-valid',
    ],
    ['of another name', signed({ names: ['keycloak.example.com'] }), 'certificate-wrong-host'],
  ])('%s, of a trusted authority: exit 6', async (_, server, code) => {
    const { url } = await scriptedServer(script, server)
    const caFile = await fileWith(authority.cert)
    expect(await outcomeOf(openAt(url, { caFile }, { files }))).toMatchObject({ code, exitCode: 6 })
  })

  test('of an authority given with --ca-file is trusted', async () => {
    const { url, requests } = await scriptedServer(script, signed({}))
    await openAt(url, { caFile: await fileWith(`words before\n${authority.cert}`) }, { files })
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST'])
  })

  test('of an authority in NODE_EXTRA_CA_CERTS stays trusted with --ca-file', async () => {
    const { url } = await scriptedServer(script, signed({}))
    const other = await fileWith(certificate({ subject: 'Another', ca: true }).cert)
    const env = { NODE_EXTRA_CA_CERTS: await fileWith(authority.cert) }
    await expect(openAt(url, { caFile: other }, { files, env })).resolves.toBeDefined()
  })

  test('is not checked with --insecure', async () => {
    const { url } = await scriptedServer(script, certificate({ names: ['elsewhere'] }))
    await expect(openAt(url, { insecure: true })).resolves.toBeDefined()
  })

  describe('with NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment', () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
    afterEach(() => {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
    })

    test('is still checked', async () => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
      const { url } = await scriptedServer(script, certificate())
      expect(await outcomeOf(openAt(url))).toMatchObject({ code: 'certificate-self-signed', exitCode: 6 })
    })
  })
})

test.each([['no certificate at all'], ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']])(
  'a --ca-file that holds %j: exit 2 before any request',
  async (text) => {
    const { url, requests } = await scriptedServer(script, certificate())
    const outcome = await outcomeOf(openAt(url, { caFile: await fileWith(text) }, { files }))
    expect(outcome).toMatchObject({ code: 'bad-ca-file', exitCode: 2 })
    expect(requests).toEqual([])
  },
)

test('https to a port with plain http is reported', async () => {
  const { url } = await scriptedServer(script)
  expect(await outcomeOf(openAt(url.replace('http:', 'https:')))).toMatchObject({
    code: 'no-tls',
    exitCode: 6,
  })
})
