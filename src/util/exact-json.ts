/**
 * The source text of numbers that JavaScript would write with other digits: `9007199254740993`, `1.50`. They are kept
 * beside the object or list that holds the number, so that the value itself stays an ordinary number.
 */
const sources = new WeakMap<object, Map<string, string>>()

/** Keeps the source text of a number that `holder[key]` holds. */
export function keepNumberSource(holder: object, key: string, source: string): void {
  const known = sources.get(holder)
  if (known) known.set(key, source)
  else sources.set(holder, new Map([[key, source]]))
}

/** Returns the kept source text of a number; `undefined` if there is none or the number was replaced. */
export function numberSource(holder: object, key: string): string | undefined {
  const source = sources.get(holder)?.get(key)
  return source !== undefined && Object.is(Number(source), Reflect.get(holder, key)) ? source : undefined
}

/** Like `JSON.stringify`, with the source text of numbers where it was kept. */
export function stringifyExact(value: unknown, indent?: number): string {
  const found: string[] = []
  let mark = ''
  const write = () =>
    JSON.stringify(
      value,
      function (this: object, key: string, member: unknown) {
        if (typeof member !== 'number') return member
        const source = numberSource(this, key)
        return source === undefined ? member : `${mark}${found.push(source) - 1}`
      },
      indent,
    )
  const text = write()
  if (found.length === 0) return text
  // A mark that no string of the value contains.
  do mark += '#'
  while (text.includes(`"${mark}`))
  found.length = 0
  return write().replace(new RegExp(`"${mark}(\\d+)"`, 'g'), (_, index) => found[Number(index)] ?? 'null')
}

/** Returns a member as text: a string as it is, anything else as exact JSON. */
export function memberText(holder: object, key: string): string {
  const value: unknown = Reflect.get(holder, key)
  if (typeof value === 'string') return value
  return (typeof value === 'number' ? numberSource(holder, key) : undefined) ?? stringifyExact(value)
}
