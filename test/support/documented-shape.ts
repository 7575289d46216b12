import { readFileSync } from 'node:fs'

const CONTRACT = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8')

/** What docs/commands.md says of a JSON document: its members, those with `?` optional; undefined is any value. */
export interface Shape {
  readonly members: ReadonlyMap<string, { readonly optional: boolean; readonly shape: Shape | undefined }>
}

/** The document that the section of a command promises (`JSON: {…}`), or the one that it calls by another name. */
export function documentedShape(command: string, label = 'JSON'): Shape {
  const section = CONTRACT.split(/^## /m).find((text) => text.startsWith(`${command}\n`))
  // A command without a section of its own has a line of its own.
  const line = CONTRACT.split('\n').find((text) => text.startsWith(`- \`kc-logout ${command}`)) ?? ''
  const [, notation] =
    section === undefined
      ? (/(?:JSON:|→) `(\{.*?)`/.exec(line) ?? [])
      : (new RegExp(`^${label}: \`(.*?)\``, 'm').exec(section) ?? [])
  if (notation === undefined) throw new Error(`docs/commands.md promises no JSON of ${command}`)
  return parse(notation)
}

/** Reads `{ a, b?: [{ c: "x"|"y" }], d: [as in user] }`. */
function parse(notation: string): Shape {
  const tokens = notation.match(/"[^"]*"|[\w-]+|[{}[\],:?|]/g) ?? []
  let at = 0
  const take = (wanted?: string) => {
    const token = tokens[at++]
    if (token === undefined || (wanted !== undefined && token !== wanted))
      throw new Error(
        `expected ${wanted ?? 'more'} at ${tokens.slice(at - 1, at + 5).join(' ')} of ${notation}`,
      )
    return token
  }
  const object = (): Shape => {
    const members = new Map<string, { optional: boolean; shape: Shape | undefined }>()
    take('{')
    while (tokens[at] !== '}') {
      const name = take()
      const optional = tokens[at] === '?'
      if (optional) at++
      let shape: Shape | undefined
      if (tokens[at] === ':') {
        at++
        shape = value(name)
      }
      members.set(name, { optional, shape })
      if (tokens[at] === ',') at++
    }
    take('}')
    return { members }
  }
  const value = (name: string): Shape | undefined => {
    if (tokens[at] === '{') return object()
    if (tokens[at] === '[') {
      take('[')
      const shape = value(name)
      take(']')
      return shape
    }
    const words: string[] = []
    while (!['}', ',', ']'].includes(tokens[at] ?? '}')) words.push(take())
    const [, , other] = words.join(' ').match(/^(as in) (\w+)$/) ?? []
    return other === undefined ? undefined : memberOf(documentedShape(other), name)
  }
  return object()
}

/** A member anywhere in a shape. */
function memberOf(shape: Shape, name: string): Shape | undefined {
  for (const [member, { shape: inner }] of shape.members) {
    if (member === name) return inner
    const found = inner && memberOf(inner, name)
    if (found) return found
  }
  return undefined
}

/** Where a document is not what was promised: `missing a.b`, `undocumented a.c`. */
export function differences(value: unknown, shape: Shape | undefined, path = ''): string[] {
  if (!shape || value === null) return []
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => differences(one, shape, path)))]
  if (typeof value !== 'object') return [`no object ${path}`]
  const below = (name: string) => (path ? `${path}.${name}` : name)
  const entries = new Map(Object.entries(value))
  return [
    ...[...shape.members].flatMap(([name, { optional, shape: inner }]) =>
      entries.has(name)
        ? differences(entries.get(name), inner, below(name))
        : optional
          ? []
          : [`missing ${below(name)}`],
    ),
    ...[...entries.keys()]
      .filter((name) => !shape.members.has(name) && below(name) !== 'schemaVersion')
      .map((name) => `undocumented ${below(name)}`),
  ]
}
