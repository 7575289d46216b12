/** So many bytes tell in which order the others come. */
export const MARK_BYTES = 2

export type Decoder = InstanceType<typeof TextDecoder>

/**
 * How to decode text that begins with these bytes, by its byte order mark, which is left out: PowerShell writes UTF-16
 * where other shells write UTF-8.
 */
export function decoderFor(head: Uint8Array): Decoder {
  const mark = ((head[0] ?? 0) << 8) | (head[1] ?? 0)
  return new TextDecoder(mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8')
}
