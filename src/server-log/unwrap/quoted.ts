const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

/**
 * Returns the text that a quotation mark opened, up to the mark that closes it: `\"` and `""` stand for a mark, `\n` and
 * `\t` for what they do in JSON. A single mark closes only where something follows that cannot be text, as client ids in
 * the log stand between single marks too.
 * @param text what follows the opening mark
 */
export function unquoted(text: string, mark: '"' | "'"): string {
  let plain = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    const next = text[i + 1]
    if (char === '\\' && next !== undefined) {
      plain += next === 'u' ? unicode(text.slice(i + 2, i + 6)) : (ESCAPES[next] ?? next)
      i += next === 'u' ? 5 : 1
    } else if (char === mark && next === mark && mark === '"') {
      plain += mark
      i++
    } else if (char === mark && (mark === '"' || next === undefined || /[,;)\]}]/.test(next))) return plain
    else plain += char
  }
  return plain
}

const unicode = (hex: string) =>
  /^[\da-f]{4}$/i.test(hex) ? String.fromCharCode(Number.parseInt(hex, 16)) : ''
