import { TextDecoder } from 'node:util'

/**
 * The text of a page: by the charset of its Content-Type, else of a `<meta>` at its beginning, else UTF-8.
 * @param bytes one character for each byte
 */
export function decodePage(bytes: string, contentType = ''): string {
  const [, ofHeader] = CHARSET.exec(contentType) ?? []
  const [, ofMeta] = /<meta[^>]*charset\s*=\s*["']?([\w-]+)/i.exec(bytes.slice(0, 2048)) ?? []
  return decoder(ofHeader ?? ofMeta).decode(Buffer.from(bytes, 'latin1'))
}

const CHARSET = /charset\s*=\s*["']?([\w-]+)/i

function decoder(charset = 'utf-8'): TextDecoder {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}
