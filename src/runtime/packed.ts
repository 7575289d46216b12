import { Readable } from 'node:stream'
import { usageError } from '../errors.ts'
import { errnoCode } from '../util/errno.ts'

/** How a file may be packed, with the command that unpacks it to its output. */
const PACKINGS = [
  { name: 'gzip', magic: [0x1f, 0x8b], command: 'gzip -dc' },
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04], command: 'unzip -p' },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68], command: 'bzip2 -dc' },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], command: 'xz -dc' },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], command: 'zstd -dc' },
  { name: '7z', magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], command: '7z x -so' },
] as const

export type Packing = (typeof PACKINGS)[number]

/** How a file that begins with these bytes is packed; undefined for a plain one. */
export const packingOf = (head: Uint8Array): Packing | undefined =>
  PACKINGS.find(({ magic }) => magic.every((byte, i) => head[i] === byte))

/** May more bytes show that it is packed, after these first ones? */
export const mayBePacked = (head: Uint8Array): boolean =>
  PACKINGS.some(({ magic }) => head.length < magic.length && head.every((byte, i) => magic[i] === byte))

/**
 * The bytes of a packed stream.
 * @throws {UserError} exit 2 where it is not packed with gzip, or cut off or damaged
 */
export async function* unpacked(
  bytes: AsyncIterable<Uint8Array>,
  { name, command }: Packing,
): AsyncGenerator<Uint8Array> {
  if (name !== 'gzip')
    throw usageError(
      'packed-log',
      `The log is packed with ${name}.`,
      `Unpack it first: \`${command} FILE | kc-logout explain\`.`,
    )
  const { createGunzip } = await import('node:zlib')
  const source = Readable.from(bytes, { objectMode: false })
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  try {
    yield* source.pipe(gunzip)
  } catch (error) {
    if (!errnoCode(error)?.startsWith('Z_')) throw error
    throw usageError('packed-log', 'The packed log is cut off or damaged.', 'Copy it again, whole.')
  } finally {
    source.destroy()
  }
}
