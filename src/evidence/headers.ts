import { usageError } from '../errors.ts'

/** Set by the request itself, or able to lead it elsewhere. */
const REFUSED = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'cookie2'])

/**
 * Headers of a file, one `Name: value` a line; empty lines and lines that begin with `#` are skipped.
 * @throws {UserError} `bad-headers` (exit 2); values are not repeated, as they are secrets
 */
export function parseHeaders(text: string): Record<string, string> {
  const headers: Record<string, string> = {}
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return
    const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    const lower = name.toLowerCase()
    if (name === '' || value === '' || /[^\t\x20-\x7e]/.test(value) || REFUSED.has(lower))
      throw usageError(
        'bad-headers',
        `Line ${index + 1} of --evidence-header-file is not a header that can be sent.`,
        'Write one header a line, for example `Authorization: Bearer …`.',
      )
    headers[lower] = value
  })
  return headers
}
