import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** Really signed logout tokens, in files. */
export interface TokenFiles {
  readonly jwks: string
  readonly one: string
  /** `number` of them, one a line. */
  readonly many: string
  /** The same ten times over. */
  readonly tenfold: string
  remove(): Promise<void>
}

/** Logout tokens as Keycloak makes them: RS256 with 2048 bits, each with its own jti, and valid for a while. */
export async function makeTokens(number: number): Promise<TokenFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-logout-bench-tokens-'))
  const at = (name: string) => join(folder, name)
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const tokens: string[] = []
  for (let n = 0; n < number; n++)
    tokens.push(
      await new SignJWT({
        sid: `session-${n}`,
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      })
        .setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt', kid: 'bench' })
        .setIssuer('https://keycloak.example.com/realms/customers')
        .setAudience('shop')
        .setSubject(`person-${n}`)
        .setJti(`id-${n}`)
        .setIssuedAt()
        .setExpirationTime('6h')
        .sign(privateKey),
    )
  const lines = `${tokens.join('\n')}\n`
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' }
  await writeFile(at('jwks.json'), JSON.stringify({ keys: [jwk] }))
  await writeFile(at('one'), `${tokens[0]}\n`)
  await writeFile(at('many'), lines)
  await writeFile(at('tenfold'), lines.repeat(10))
  return {
    jwks: at('jwks.json'),
    one: at('one'),
    many: at('many'),
    tenfold: at('tenfold'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
