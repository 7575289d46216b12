import type { Context } from '../cli/context.ts'
import { UserError, usageError } from '../errors.ts'
import { isObject, type JsonObject } from '../token/json.ts'
import { type Keyring, openKeyring } from '../token/keyring.ts'
import { publicKeysIn, readPublicKeys } from '../token/public-keys.ts'
import type { Expectations } from '../token/rules/rule.ts'

/** The options that choose the keys. */
export interface KeyOptions {
  readonly jwks?: string
  readonly issuer?: string
  readonly network?: boolean
}

/** The keys and the expected issuer, known before any token is read. */
export interface TokenSource {
  readonly keys: Keyring | { readonly missing: string }
  /** Whether the keys are those of an issuer; `--jwks` may hold the keys of a client. */
  readonly ofIssuer: boolean
  /** Whether a source of keys was given or configured; an unverified signature is then a failure. */
  readonly keysExpected: boolean
  readonly issuer: Expectations['issuer']
  /** Whole seconds by which the server's clock is ahead of the local one, from its Date header. */
  readonly clockOffset: number | undefined
}

const NO_SOURCE = 'No keys were given. Give --jwks FILE|URL, --issuer URL, or a realm (--server and -r).'

/**
 * Fetches the keys from `--jwks`, `--issuer` or the configured realm; never from a URL in a token. If the source cannot
 * be reached, `keys.missing` says why, and tokens are explained without a check of their signature.
 *
 * @throws {UserError} `bad-jwks`, `bad-issuer` (exit 2) for unusable options
 */
export async function tokenSource(options: KeyOptions, ctx: Context): Promise<TokenSource> {
  const { jwks, issuer, network = true } = options
  const named =
    issuer === undefined ? undefined : { value: checkedIssuer(issuer), source: '--issuer', sure: true }
  if (jwks !== undefined && !isUrl(jwks)) {
    return {
      keys: await keysInFile(jwks, ctx),
      ofIssuer: false,
      keysExpected: true,
      issuer: named,
      clockOffset: undefined,
    }
  }
  if (!network) return offline(options, named, ctx)
  if (jwks !== undefined) {
    const source = await fetched(ctx, named, async () => ({ url: jwks, issuer: named }))
    return { ...source, ofIssuer: false }
  }
  if (named) {
    return fetched(ctx, named, async () => ({ url: await jwksUri(named.value, ctx), issuer: named }))
  }
  const { server, realm } = await ctx.settings()
  if (!server || !realm)
    return {
      keys: { missing: NO_SOURCE },
      ofIssuer: true,
      keysExpected: false,
      issuer: undefined,
      clockOffset: undefined,
    }
  return fetched(ctx, undefined, () => keysOfRealm(server.value, realm.value, ctx))
}

interface Located {
  readonly url: string
  readonly issuer: Expectations['issuer']
}

async function fetched(
  ctx: Context,
  named: Expectations['issuer'],
  locate: () => Promise<Located>,
): Promise<TokenSource> {
  try {
    const { url, issuer } = await locate()
    const { body, date } = await ctx.fetchJson(url)
    const read = await publicKeysIn(body)
    const keys = 'keys' in read ? openKeyring(read, url) : undefined
    if (!keys)
      throw new UserError('bad-jwks', `The answer of ${url} is not a key set.`, {
        hint: 'Give the URL of the keys themselves, or --issuer URL to look it up.',
      })
    const offset = date === undefined ? undefined : Math.round((date - ctx.now()) / 1000)
    return { keys, ofIssuer: true, keysExpected: true, issuer, clockOffset: offset }
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === 2 || ctx.signal.aborted) throw error
    const missing = `The keys could not be fetched: ${error.message}`
    return { keys: { missing }, ofIssuer: true, keysExpected: true, issuer: named, clockOffset: undefined }
  }
}

/** The source with `--no-network`: no keys, and an unconfirmed issuer from the configured address. */
async function offline(
  { jwks, issuer }: KeyOptions,
  named: Expectations['issuer'],
  ctx: Context,
): Promise<TokenSource> {
  const { server, realm } = await ctx.settings()
  const guess = server &&
    realm && {
      value: `${server.value}/realms/${encodeURIComponent(realm.value)}`,
      source: server.source,
      sure: false,
    }
  const source = jwks ?? issuer
  return {
    keys: {
      missing: `No keys were fetched${source ? ` from ${source}` : ''} because of --no-network.`,
    },
    ofIssuer: true,
    // An option means that the signature should be checked; a realm may be configured for other commands.
    keysExpected: source !== undefined,
    issuer: named ?? (guess || undefined),
    clockOffset: undefined,
  }
}

async function keysInFile(path: string, ctx: Context): Promise<Keyring | { missing: string }> {
  const read = await readPublicKeys(await ctx.files.read(path, { maxBytes: 1024 * 1024 }))
  if ('problem' in read) throw usageError('bad-jwks', `${path} ${read.problem}.`, read.hint)
  return openKeyring(read, path) ?? { missing: `${path} contains no key.` }
}

/** Returns the JWKS URL in an issuer's metadata (OpenID Connect Discovery 1.0 section 4). */
async function jwksUri(issuer: string, ctx: Context): Promise<string> {
  const { body } = await ctx.fetchJson(discoveryUrl(issuer))
  const uri = isObject(body) ? body.jwks_uri : undefined
  if (typeof uri === 'string') return uri
  throw new UserError('bad-discovery', `${discoveryUrl(issuer)} has no jwks_uri.`, {
    hint: 'Check --issuer (a realm of Keycloak is https://HOST/realms/NAME), or give the keys: --jwks.',
  })
}

/** Finds the configured realm, with or without /auth. Uses the keys at that address, not the announced jwks_uri. */
async function keysOfRealm(server: string, realm: string, ctx: Context): Promise<Located> {
  const other = server.endsWith('/auth') ? server.slice(0, -'/auth'.length) : `${server}/auth`
  const found = (await discovered(server, realm, ctx)) ?? (await discovered(other, realm, ctx))
  if (!found) {
    throw new UserError(
      'realm-not-found',
      `Realm ${realm} was not found at ${server}, with or without /auth.`,
      {
        hint: 'Check --server and -r.',
      },
    )
  }
  const { address, document } = found
  const value = typeof document.issuer === 'string' ? document.issuer : address
  return {
    url: `${address}/protocol/openid-connect/certs`,
    issuer: { value, source: `realm ${realm} at ${server}`, sure: true, server: found.server },
  }
}

async function discovered(
  server: string,
  realm: string,
  ctx: Context,
): Promise<{ server: string; address: string; document: JsonObject } | undefined> {
  const address = `${server}/realms/${encodeURIComponent(realm)}`
  try {
    const { body } = await ctx.fetchJson(discoveryUrl(address))
    return isObject(body) ? { server, address, document: body } : undefined
  } catch (error) {
    if (error instanceof UserError && error.code === 'not-found') return undefined
    throw error
  }
}

const discoveryUrl = (issuer: string) => `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`

const isUrl = (text: string) => /^https?:\/\//i.test(text)

function checkedIssuer(issuer: string): string {
  if (URL.canParse(issuer) && isUrl(issuer)) return issuer
  throw usageError(
    'bad-issuer',
    `--issuer ${JSON.stringify(issuer)} is not an http(s) URL.`,
    'Give the expected iss, such as https://keycloak.example.com/realms/shop.',
  )
}
