/** Length of a byte order mark that `decoderFor` needs. */
export const MARK_BYTES = 2

export type Decoder = InstanceType<typeof TextDecoder>

/**
 * The decoder for text that starts with these bytes, chosen by the byte order mark, which it drops: PowerShell writes
 * UTF-16 where other shells write UTF-8.
 */
export function decoderFor(head: Uint8Array): Decoder {
  const mark = ((head[0] ?? 0) << 8) | (head[1] ?? 0)
  return new TextDecoder(mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8')
}
