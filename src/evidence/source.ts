import { usageError } from '../errors.ts'

/** One value of `--evidence`. */
export type EvidenceSource =
  | { readonly kind: 'jaeger' | 'tempo'; readonly url: string }
  | { readonly kind: 'log'; readonly path: string }
  | { readonly kind: 'otlp'; readonly host: string; readonly port: number }

const FORMS = 'Give jaeger:URL, tempo:URL, log:FILE, log:- (stdin) or otlp:HOST:PORT.'

/**
 * Reads one value of `--evidence`.
 * @throws {UserError} `bad-evidence` (exit 2)
 */
export function parseEvidence(text: string): EvidenceSource {
  const [, kind = '', rest = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? []
  switch (kind) {
    case 'jaeger':
    case 'tempo':
      return { kind, url: storeUrl(text, rest) }
    case 'log':
      if (rest === '') throw bad(text, 'names no file')
      return { kind, path: rest }
    case 'otlp':
      return { kind, ...address(text, rest) }
    default:
      throw bad(text, 'is not a known source')
  }
}

function storeUrl(text: string, url: string): string {
  if (!URL.canParse(url)) throw bad(text, 'holds no valid URL')
  const parsed = new URL(url)
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') throw bad(text, 'is not http or https')
  if (parsed.username !== '' || parsed.password !== '')
    throw usageError(
      'bad-evidence',
      'The URL of --evidence holds a user name or password.',
      'Put an Authorization header into a file and name it with --evidence-header-file.',
    )
  if (parsed.search !== '' || parsed.hash !== '') throw bad(text, 'holds a query or fragment')
  return parsed.href.endsWith('/') ? parsed.href : `${parsed.href}/`
}

/** `HOST:PORT`, an IPv6 address in brackets. */
function address(text: string, rest: string): { host: string; port: number } {
  const [, host = '', digits = ''] = /^(\[[0-9a-f:.]+\]|[^:\s]+):(\d{1,5})$/i.exec(rest) ?? []
  const port = Number(digits)
  if (host === '' || port > 65_535) throw bad(text, 'is not HOST:PORT')
  return { host: host.replace(/^\[|\]$/g, ''), port }
}

const bad = (text: string, problem: string) =>
  usageError('bad-evidence', `--evidence ${JSON.stringify(text)} ${problem}.`, FORMS)
