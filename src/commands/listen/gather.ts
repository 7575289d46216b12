import type { Context } from '../../cli/context.ts'
import { decryptionWith } from '../../jwks/decryption.ts'
import { type TokenSource, tokenSource } from '../../jwks/key-source.ts'
import type { ListenOptions } from './options.ts'
import { type Forward, forward } from './server/forward.ts'
import type { ServerOptions } from './server/server.ts'
import type { TakeoverStore } from './takeover-store.ts'

/** Everything that is read before listening starts. */
export interface ListenRun {
  readonly options: ListenOptions
  readonly tls: ServerOptions['tls']
  readonly forward: Forward
  readonly decryption: Awaited<ReturnType<typeof decryptionWith>>
  readonly source: TokenSource
  readonly store: TakeoverStore
  readonly ctx: Context
}

/** Reads the files that the options name, and the keys. Warns if there are no keys. */
export async function gather(options: ListenOptions, store: TakeoverStore, ctx: Context): Promise<ListenRun> {
  const tls = await certificate(options, ctx)
  const http = await ctx.http()
  const decryption = await decryptionWith(options.decryptKey, ctx.files)
  const source = await keysOf(options, ctx)
  if ('missing' in source.keys) {
    ctx.print.warn(`Signatures are NOT verified; anyone can send requests here. ${source.keys.missing}`)
  }
  return {
    options,
    tls,
    forward: (url, request) => forward(url, request, http),
    decryption,
    source,
    store,
    ctx,
  }
}

async function certificate({ tlsCert, tlsKey }: ListenOptions, { files }: Context) {
  if (tlsCert === undefined || tlsKey === undefined) return undefined
  return {
    cert: await files.read(tlsCert, { maxBytes: 1024 * 1024 }),
    key: await files.read(tlsKey, { maxBytes: 1024 * 1024 }),
  }
}

/** With `--no-network` missing keys do not count as a failure: refusing every token would help nobody. */
async function keysOf(options: ListenOptions, ctx: Context): Promise<TokenSource> {
  const source = await tokenSource(options, ctx)
  const isWithout = options.network === false && 'missing' in source.keys
  return isWithout ? { ...source, keysExpected: false } : source
}
